import { Failure } from './failure.ts'

/** An entry of an INI file: its text and its line, counted from 1. */
export type IniEntry = { readonly text: string; readonly line: number }

export type IniFile = ReadonlyMap<string, ReadonlyMap<string, IniEntry>>

/** Text behind ` ;` is a comment. */
const withoutComment = (line: string): string => line.replace(/(?:^|\s);.*$/, '')

export type IniRules = {
  /** The code of failures. */
  readonly code: Failure['code']
  /** Text behind ` ;` is a comment. */
  readonly hasInlineComments?: boolean
  /** Keys keep their case. */
  readonly isCaseSensitive?: boolean
  /** A key may stand alone; its text is empty. */
  readonly allowsNoValue?: boolean
}

/**
 * Reads an INI file as Python's configparser does: `key = value` or `key: value`, keys in any case, lines that are
 * indented continue the value before them. @throws Failure
 */
export const readIniFile = (text: string, file: string, rules: IniRules): IniFile => {
  const wrong = (line: number, message: string, hint: string): Failure =>
    new Failure(rules.code, message, { at: { file, line, column: 1 }, hint })
  const sections = new Map<string, Map<string, IniEntry>>()
  let section: Map<string, IniEntry> | undefined
  let key: string | undefined
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = index + 1
    if (/^\s*[#;]/.test(whole)) continue
    const content = (rules.hasInlineComments ? withoutComment(whole) : whole).trimEnd()
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
    if (!section) throw wrong(line, 'this line stands in no section', 'begin the file with a [section]')
    const [, written, value] = /^\s*([^=:]+?)\s*[=:]\s*(.*)$/s.exec(content) ?? []
    const alone = rules.allowsNoValue ? content.trim() : undefined
    if ((written ?? alone) === undefined) throw wrong(line, 'this line is no setting', 'write key = value')
    key = written ?? alone ?? ''
    if (!rules.isCaseSensitive) key = key.toLowerCase()
    section.set(key, { text: value ?? '', line })
  }
  return sections
}
