import type { IniFileParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { describe } from '../attributes.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { statAfter } from '../paths.ts'
import { missingFile, openText, saveText } from '../textfile.ts'
import { type IniEdit, iniWith, iniWithout } from './edit.ts'
import schema from './ini_file.schema.json' with { type: 'json' }

const checkParameters = (host: Host, params: IniFileParameters, values: readonly string[]): void => {
  const { section, option, state, allow_no_value, section_has_values } = params
  checkOneLine(host, { section, option })
  for (const value of values) checkOneLine(host, { value })
  const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
  if (section?.includes(']')) throw fail(`a section's name has no ']': ${section}`)
  if (option !== undefined && option !== '' && /^[\s[#;]|\s$/.test(option)) {
    throw fail(`an option's name has no blanks around it and does not begin with '[', '#' or ';': ${option}`)
  }
  if (state === 'present' && !allow_no_value && values.length === 0 && option !== undefined) {
    throw fail("ini_file needs 'value' or 'values' for an option that is present", 'or set allow_no_value: true')
  }
  if (state === 'present' && section === undefined && option === undefined) {
    throw fail("ini_file needs 'section' or 'option'")
  }
  if (section === undefined && section_has_values !== undefined) {
    throw fail("'section_has_values' tells sections of one name apart: 'section' is missing")
  }
}

const editOf = (params: IniFileParameters, values: readonly string[]): IniEdit => ({
  section: params.section || undefined,
  option: params.option || undefined,
  values: [...new Set(values)],
  marks: (params.section_has_values ?? []).map(({ option, value, values: several }) => ({
    option,
    values: several ?? (value === undefined ? [] : [value]),
  })),
  exclusive: params.exclusive,
  allowNoValue: params.allow_no_value,
  modifyInactive: params.modify_inactive_option,
  extraSpaces: !params.no_extra_spaces,
  ignoreSpaces: params.ignore_spaces,
})

export const ini_file = module<IniFileParameters>('ini_file', schema as ModuleSchema, async function* (host, params) {
  const { path, state, create, follow, backup } = params
  const values = params.values ?? (params.value === undefined ? [] : [params.value])
  checkParameters(host, params, values)
  const file = await openText(host, path, 'utf-8')
  if (!file.stat && !create) throw missingFile(path, 'set create: true to make it')
  const edit = editOf(params, values.map(file.native))
  // A byte order mark stands before the first section or option.
  const before = file.text.replace(/^\uFEFF/, '')
  const { text, msg } = state === 'present' ? iniWith(before, edit) : iniWithout(before, edit)
  const place = follow ? file : { ...file, path }
  // Nothing to take out of a file that is not there; only what stays as it is keeps its byte order mark.
  const isSame = msg === 'OK' && (!file.stat || text === before)
  if (isSame && !file.stat) return { path, msg }
  const saved = yield* saveText(host, place, isSame ? file.text : text, { attributes: params, backup })
  const isTouched = saved.isWritten || saved.hasNewAttributes
  const stat = isTouched ? await statAfter(host, place.path, file.stat) : file.stat
  const copy = saved.backup_file === undefined ? {} : { backup_file: saved.backup_file }
  return { path, msg, ...copy, ...(stat ? describe(stat) : {}) }
})
