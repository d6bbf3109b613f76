import { Failure } from '../failure.ts'

/** An entry of an INI file: its text and its line, counted from 1. */
export type IniEntry = { readonly text: string; readonly line: number }

export type IniFile = ReadonlyMap<string, ReadonlyMap<string, IniEntry>>

/** Text behind ` ;` is a comment. */
const withoutComment = (line: string): string => line.replace(/(?:^|\s);.*$/, '')

const wrong = (file: string, line: number, message: string, hint: string): Failure =>
  new Failure('cli.configuration', message, { at: { file, line, column: 1 }, hint })

/**
 * Reads an INI file as Python's configparser does: `key = value` or `key: value`, keys in any case, lines that are
 * indented continue the value before them. @throws Failure
 */
export const readIniFile = (text: string, file: string): IniFile => {
  const sections = new Map<string, Map<string, IniEntry>>()
  let section: Map<string, IniEntry> | undefined
  let key: string | undefined
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = index + 1
    if (/^\s*#/.test(whole)) continue
    const content = withoutComment(whole).trimEnd()
    if (content.trim() === '') continue
    const former = key === undefined ? undefined : section?.get(key)
    if (/^\s/.test(content) && section && key !== undefined && former) {
      section.set(key, { ...former, text: `${former.text}\n${content.trim()}`.trim() })
      continue
    }
    const name = /^\[([^\]]+)\]/.exec(content.trim())?.[1]
    if (name !== undefined) {
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
      key = undefined
      continue
    }
    if (!section) throw wrong(file, line, 'this line stands in no section', 'begin the file with [defaults]')
    const [, written, value] = /^\s*([^=:]+?)\s*[=:]\s*(.*)$/s.exec(content) ?? []
    if (written === undefined) throw wrong(file, line, 'this line is no setting', 'write key = value')
    key = written.toLowerCase()
    section.set(key, { text: value ?? '', line })
  }
  return sections
}
