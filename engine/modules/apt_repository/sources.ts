/** One line of a sources.list, as apt reads it. */
export type Source = {
  /** The line's words with one blank between them; undefined for other lines. */
  readonly source: string | undefined
  readonly isEnabled: boolean
  readonly comment: string
}

export const parseLine = (line: string): Source => {
  const text = line.trim()
  const isEnabled = !text.startsWith('#')
  const rest = isEnabled ? text : text.slice(1)
  const hash = rest.indexOf('#')
  const words = (hash > 0 ? rest.slice(0, hash) : rest).trim().split(/\s+/)
  const isSource = words[0] === 'deb' || words[0] === 'deb-src'
  return {
    source: isSource ? words.join(' ') : undefined,
    isEnabled,
    comment: hash > 0 ? rest.slice(hash + 1).trim() : '',
  }
}

const formatLine = (source: string, comment: string): string => (comment === '' ? source : `${source} # ${comment}`)

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** The name of a new line's file: its address without protocol and user, all other signs as `_`. */
export const fileNameFor = (source: string): string => {
  const words = source
    .replace(/\[[^\]]+\]/g, '')
    .replace(/\w+:\/\//g, '')
    .split(/\s+/)
    .filter((word) => word !== 'deb' && word !== 'deb-src' && word !== '')
  const address = (words[0] ?? '').replace(/^[^@]*@/, '')
  return `${address
    .split(/[^a-zA-Z0-9]+/)
    .filter(Boolean)
    .join('_')}.list`
}

export type Files = ReadonlyMap<string, string>

/** The files that change when a source has to be used: where it stands commented out, else the file that gets it. */
export const withSource = (files: Files, source: string, newFile: string): Files => {
  const changed = new Map<string, string>()
  let isThere = false
  for (const [path, text] of files) {
    const lines = linesOf(text).map((line) => {
      const found = parseLine(line)
      if (found.source !== source) return line
      isThere = true
      return found.isEnabled ? line : formatLine(source, found.comment)
    })
    const after = joined(lines)
    if (after !== joined(linesOf(text))) changed.set(path, after)
  }
  return isThere ? changed : new Map([[newFile, `${joined(linesOf(files.get(newFile) ?? ''))}${source}\n`]])
}

/** The files that change when a source must not be used; undefined for one that has no line any more. */
export const withoutSource = (files: Files, source: string): ReadonlyMap<string, string | undefined> => {
  const changed = new Map<string, string | undefined>()
  for (const [path, text] of files) {
    const lines = linesOf(text)
    const kept = lines.filter((line) => {
      const found = parseLine(line)
      return found.source !== source || !found.isEnabled
    })
    if (kept.length < lines.length) changed.set(path, kept.length === 0 ? undefined : joined(kept))
  }
  return changed
}
