import { type Command, verbatim } from '../command.ts'

/** Prints the content of all files that the shell patterns match, each line behind its file's path; one process. */
export const dump = (...patterns: string[]): Command => verbatim(`LC_ALL=C grep -sH '' ${patterns.join(' ')}`)

/** What `dump` printed: path to content, without the last newline. */
export const parseDump = (output: string): Map<string, string> => {
  const files = new Map<string, string>()
  for (const line of output.split('\n')) {
    const [, path, text = ''] = /^(\/[^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined) continue
    const before = files.get(path)
    files.set(path, before === undefined ? text : `${before}\n${text}`)
  }
  return files
}

/** Prints where the symbolic links that the shell patterns match point; one process. */
export const links = (...patterns: string[]): Command => verbatim(`LC_ALL=C ls -ld ${patterns.join(' ')}`)

/** What `links` printed: path to target. */
export const parseLinks = (output: string): Map<string, string> => {
  const found = new Map<string, string>()
  for (const line of output.split('\n')) {
    const [, path, target] = /^l.*? (\/.*) -> (.*)$/.exec(line) ?? []
    if (path !== undefined && target !== undefined) found.set(path, target)
  }
  return found
}

/** `NAME=value` and `NAME="value"` lines, as in os-release. */
export const parseAssignments = (text: string): Map<string, string> => {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, quoted, bare = ''] = /^\s*([A-Za-z0-9_]+)=(?:"((?:[^"\\]|\\.)*)"|(.*))\s*$/.exec(line) ?? []
    if (name !== undefined) values.set(name, quoted?.replace(/\\(.)/g, '$1') ?? bare.replace(/^'(.*)'$/, '$1'))
  }
  return values
}
