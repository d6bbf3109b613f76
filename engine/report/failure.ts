import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { Failure, type Position } from '../failure.ts'
import { type Style, styleFor } from './style.ts'

export type RenderContext = {
  /** Paths are shown relative to it when they are below it. */
  readonly directory?: string
  readonly style?: Style
  /** Line `line` of a file; undefined when it cannot be read. */
  readonly sourceLine?: (file: string, line: number) => string | undefined
}

const readLine = (file: string, line: number): string | undefined => {
  try {
    const text = readFileSync(file, 'utf8')
    // A vaulted file's own text says nothing about a position in what it holds.
    return text.startsWith('$ANSIBLE_VAULT') ? undefined : text.split(/\r?\n/)[line - 1]
  } catch {
    return undefined
  }
}

/** A path, relative to the directory when it is below it. */
export const pathText = (path: string, directory?: string): string => {
  const near = directory === undefined ? path : relative(directory, path)
  return near.startsWith('..') || near === '' ? path : near
}

/** `site.yml:12:9`, relative to the directory when it is below it. */
export const positionText = (at: Position, directory?: string): string =>
  `${pathText(at.file, directory)}:${at.line}:${at.column}`

/** The line with a caret under the column; tabs keep their width so that the caret stands right. */
const excerpt = (at: Position, text: string): string[] => {
  const number = String(at.line)
  const before = text.slice(0, at.column - 1).replace(/[^\t]/g, ' ')
  return [`  ${number} | ${text}`, `  ${' '.repeat(number.length)} | ${before}^`]
}

/** A warning for people: its text, which people search logs for, then where and why. */
export const renderWarning = (failure: Failure, context: RenderContext = {}): string => {
  const style = context.style ?? styleFor(false)
  const [first, ...others] = [failure, ...failure.others]
  const { at, hint, message, excerpt: text } = first as Failure
  const lines = [style.warning(`[WARNING]: ${message}`)]
  if (at) lines.push(`  at ${positionText(at, context.directory)}`)
  const source = at ? ((context.sourceLine ?? readLine)(at.file, at.line) ?? text) : undefined
  if (at && source !== undefined) lines.push(...excerpt(at, source))
  if (hint) lines.push(`  hint: ${hint}`)
  return [...lines, ...others.map((each) => renderWarning(each, context))].join('\n')
}

/** A failure for people: `file:line:column: sentence`, the source line, a caret, a hint; then the others found with it. */
export const renderFailure = (failure: Failure, context: RenderContext = {}): string => {
  const style = context.style ?? styleFor(false)
  const lines: string[] = []
  for (const each of [failure, ...failure.others]) {
    const { at } = each
    const place = at ? `${style.strong(positionText(at, context.directory))}: ` : ''
    lines.push(`${place}${style.failed(each.message)}`)
    const source = at ? ((context.sourceLine ?? readLine)(at.file, at.line) ?? each.excerpt) : undefined
    if (at && source !== undefined) lines.push(...excerpt(at, source))
    if (each.hint) lines.push(`  hint: ${each.hint}`)
    if (each.cause instanceof Failure) {
      lines.push(
        ...renderFailure(each.cause, context)
          .split('\n')
          .map((line, index) => `  ${index === 0 ? `because: ${line}` : line}`),
      )
    }
  }
  return lines.join('\n')
}
