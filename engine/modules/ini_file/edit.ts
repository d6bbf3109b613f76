/** Lines of an INI file, each with its end. */
type Lines = readonly string[]

/** An option with the values that it has in the section that is meant. */
export type SectionMark = { readonly option: string; readonly values: readonly string[] }

export type IniEdit = {
  /** undefined stands for the lines before the first section. */
  readonly section: string | undefined
  readonly option: string | undefined
  readonly values: readonly string[]
  readonly marks: readonly SectionMark[]
  readonly exclusive: boolean
  readonly allowNoValue: boolean
  readonly modifyInactive: boolean
  readonly extraSpaces: boolean
  readonly ignoreSpaces: boolean
}

/** The new text, and what was done in Ansible's words. */
export type Edited = { readonly text: string; readonly msg: string }

type Section = { readonly start: number; readonly end: number }

type Option = { readonly name: string; readonly value: string; readonly isActive: boolean; readonly hasSign: boolean }

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const bare = (line: string): string => line.replace(/[\r\n]+$/, '')

/** Reads a line as the assignment of an option; undefined when it is none of it. */
const optionIn = (line: string, name: string): Option | undefined => {
  const [, mark = '', rest = ''] = /^[ \t]*([#;]?)[ \t]*(.*)$/s.exec(bare(line)) ?? []
  if (!rest.startsWith(name)) return undefined
  const [, sign, value = ''] = /^[ \t]*(?:(=)[ \t]*(.*)|)$/s.exec(rest.slice(name.length)) ?? [undefined, undefined]
  if (sign === undefined && rest.slice(name.length).trim() !== '') return undefined
  return { name, value, isActive: mark === '', hasSign: sign !== undefined }
}

const isBlankOrComment = (line: string): boolean => /^[ \t]*([#;].*)?$/.test(bare(line))

/** Every section of the name, header included; the lines before the first header have no name. */
const sectionsOf = (lines: Lines, name: string | undefined): Section[] => {
  const starts = lines.flatMap((line, index) => (line.startsWith('[') ? [index] : []))
  if (name === undefined) return [{ start: 0, end: starts[0] ?? lines.length }]
  return starts.flatMap((start, index) =>
    lines[start]!.startsWith(`[${name}]`) ? [{ start, end: starts[index + 1] ?? lines.length }] : [],
  )
}

const hasMark = (lines: Lines, { option, values }: SectionMark): boolean => {
  const found = lines.flatMap((line) => optionIn(line, option) ?? []).filter(({ isActive }) => isActive)
  return values.length === 0 ? found.length > 0 : values.every((value) => found.some((one) => one.value === value))
}

const assignment = ({ option = '', extraSpaces }: IniEdit, value: string): string =>
  extraSpaces ? `${option} = ${value}\n` : `${option}=${value}\n`

/** Whether two lines assign the same but for blanks around the sign. */
const differsBySpaces = (line: string, wanted: string): boolean =>
  bare(line).replace(/[ \t]*=[ \t]*/, '=') === bare(wanted).replace(/[ \t]*=[ \t]*/, '=')

/** Where new lines of a section go: after the last line that says something. */
const endOfText = (lines: Lines): number => lines.findLastIndex((line) => !isBlankOrComment(line)) + 1

/** The lines of a section with the option and its values: present ones are kept, others reused, missing ones added. */
const withOption = (lines: Lines, edit: IniEdit): { lines: string[]; msg: string } => {
  const { option = '', exclusive, allowNoValue, modifyInactive, ignoreSpaces } = edit
  const found = lines.map((line) => {
    const read = optionIn(line, option)
    return read && (read.isActive || modifyInactive) ? read : undefined
  })
  const left = [...edit.values]
  const result: (string | undefined)[] = [...lines]
  const done = new Set<number>()
  const put = (index: number, wanted: string) => {
    if (!(ignoreSpaces && differsBySpaces(lines[index]!, wanted))) result[index] = wanted
    done.add(index)
  }
  let isBare = false
  found.forEach((read, index) => {
    if (!read || isBare) return
    if (left.includes(read.value)) {
      left.splice(left.indexOf(read.value), 1)
      put(index, read.value === '' && allowNoValue ? `${option}\n` : assignment(edit, read.value))
      isBare = read.value === '' && allowNoValue
    } else if (edit.values.length === 0 && allowNoValue) {
      put(index, `${option}\n`)
      isBare = true
    }
  })
  if (exclusive && !allowNoValue) {
    found.forEach((read, index) => {
      if (!read || done.has(index)) return
      const value = left.shift()
      if (value !== undefined) put(index, assignment(edit, value))
      else result[index] = undefined
    })
  }
  const kept = result.filter((line) => line !== undefined)
  const missing = left.map((value) => assignment(edit, value))
  if (edit.values.length === 0 && allowNoValue && !isBare) missing.push(`${option}\n`)
  const isChanged = kept.length !== lines.length || kept.some((line, index) => line !== lines[index])
  kept.splice(endOfText(kept), 0, ...missing)
  return { lines: kept, msg: missing.length > 0 ? 'option added' : isChanged ? 'option changed' : 'OK' }
}

const withoutOption = (lines: Lines, { option = '', values, exclusive }: IniEdit): { lines: string[]; msg: string } => {
  const kept = lines.filter((line) => {
    const read = optionIn(line, option)
    return !read?.isActive || !(exclusive || values.includes(read.value))
  })
  return { lines: kept, msg: kept.length === lines.length ? 'OK' : 'option changed' }
}

const newSection = (edit: IniEdit): Edited => {
  const { section, option, values, allowNoValue, marks } = edit
  const marked = marks
    .filter((mark) => mark.option !== option)
    .flatMap((mark) => mark.values.map((value) => assignment({ ...edit, option: mark.option }, value)))
  const assigned = values.map((value) => assignment(edit, value))
  const own = option === undefined ? [] : assigned.length === 0 && allowNoValue ? [`${option}\n`] : assigned
  const msg = own.length > 0 ? 'section and option added' : 'only section added'
  return { text: [`[${section}]\n`, ...marked, ...own].join(''), msg }
}

/** The lines with the last one ended, as every text file has it; Ansible begins a new file with an empty one. */
const endedLines = (text: string): string[] => linesOf(text === '' || !text.endsWith('\n') ? `${text}\n` : text)

export const iniWith = (text: string, edit: IniEdit): Edited => {
  const lines = endedLines(text)
  const section = sectionsOf(lines, edit.section).find(({ start, end }) =>
    edit.marks.every((mark) => hasMark(lines.slice(start, end), mark)),
  )
  if (!section) {
    const added = newSection(edit)
    return { ...added, text: `${lines.join('')}${added.text}` }
  }
  if (edit.option === undefined) return { text: lines.join(''), msg: 'OK' }
  const inside = withOption(lines.slice(section.start, section.end), edit)
  return {
    text: [...lines.slice(0, section.start), ...inside.lines, ...lines.slice(section.end)].join(''),
    msg: inside.msg,
  }
}

export const iniWithout = (text: string, edit: IniEdit): Edited => {
  const lines = endedLines(text)
  const section = sectionsOf(lines, edit.section).find(({ start, end }) =>
    edit.marks.every((mark) => hasMark(lines.slice(start, end), mark)),
  )
  if (!section || section.start === section.end) return { text: lines.join(''), msg: 'OK' }
  const inside = lines.slice(section.start, section.end)
  const { lines: kept, msg } =
    edit.option === undefined ? { lines: [], msg: 'section removed' } : withoutOption(inside, edit)
  return { text: [...lines.slice(0, section.start), ...kept, ...lines.slice(section.end)].join(''), msg }
}
