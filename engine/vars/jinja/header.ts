import type { RenderOptions } from '../templar.ts'

const keys: Readonly<Record<string, keyof RenderOptions>> = {
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  keep_trailing_newline: 'keepTrailingNewline',
  newline_sequence: 'newline',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
}

const literal = (text: string): boolean | string => {
  if (/^(?:true|false)$/i.test(text)) return /^true$/i.test(text)
  return text
    .replace(/^(['"])(.*)\1$/, '$2')
    .replaceAll('\\n', '\n')
    .replaceAll('\\r', '\r')
}

/** A template without the first line `#jinja2: trim_blocks: False, …`, the options that it gives, and where the rest begins. */
export const readHeader = (
  content: string,
  options: RenderOptions,
): { body: string; line: number; options: RenderOptions } => {
  const header = /^#jinja2:(.*)\n/.exec(content)
  if (header === null) return { body: content, line: 1, options }
  const own: Record<string, unknown> = { ...options }
  for (const pair of header[1]!.split(',')) {
    const [name = '', value = ''] = pair.split(/:(.*)/s).map((part) => part.trim())
    const key = keys[name]
    if (key) own[key] = literal(value)
  }
  return { body: content.slice(header[0].length), line: 2, options: own as RenderOptions }
}
