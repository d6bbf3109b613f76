import type { LineInFileParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { type ModuleSchema, module } from '../module.ts'
import { expressionOf, missingFile, openText, saveText, type TextFile } from '../textfile.ts'
import { type Edit, insertLine, removeLines } from './edit.ts'
import schema from './lineinfile.schema.json' with { type: 'json' }

const checkParameters = (params: LineInFileParameters): void => {
  const { state, line, regexp, search_string, backrefs } = params
  const fail = (message: string, hint?: string): never => {
    throw new Failure('module.parameter', message, { hint })
  }
  if (state === 'present' && line === undefined) fail("lineinfile needs 'line' when the line has to be present")
  if (backrefs && regexp === undefined) fail("'backrefs' needs 'regexp'", 'line refers to groups of regexp by \\1')
  if (state === 'absent' && line === undefined && regexp === undefined && search_string === undefined) {
    fail("lineinfile needs one of 'line', 'regexp', 'search_string' when the line has to be absent")
  }
}

const edited = (file: TextFile, params: LineInFileParameters): Edit => {
  const { line, regexp, search_string, insertafter, insertbefore } = params
  const expression = (name: string, pattern: string | undefined) =>
    pattern === undefined ? undefined : expressionOf(name, file.native(pattern))
  const text = (given: string | undefined) => (given === undefined ? undefined : file.native(given))
  const search = { line: text(line), regexp: expression('regexp', regexp), part: text(search_string) }
  if (params.state === 'absent') return removeLines(file.text, search)
  const place = insertbefore ?? insertafter ?? 'EOF'
  const isEnd = place === 'EOF' || place === 'BOF'
  return insertLine(file.text, {
    ...search,
    line: search.line ?? '',
    place: isEnd ? place : insertbefore === undefined ? 'after' : 'before',
    neighbour: isEnd ? undefined : expression(insertbefore === undefined ? 'insertafter' : 'insertbefore', place),
    firstMatch: params.firstmatch,
    backrefs: params.backrefs,
  })
}

export const lineinfile = module<LineInFileParameters>(
  'lineinfile',
  schema as ModuleSchema,
  async function* (host, params) {
    checkParameters(params)
    const { path, state, create, backup, validate, encoding } = params
    const file = await openText(host, path, encoding)
    if (!file.stat && state === 'absent') return { msg: 'file not present' }
    if (!file.stat && !create) {
      throw missingFile(path, 'set create: true to make it')
    }
    const { text, msg, found } = edited(file, params)
    const saved = yield* saveText(host, file, text, { attributes: params, backup, validate })
    const messages = [msg, saved.hasNewAttributes ? 'ownership, perms or SE linux context changed' : '']
    return {
      msg: messages.filter(Boolean).join(' and '),
      backup: saved.backup_file ?? '',
      ...(found === undefined ? {} : { found }),
    }
  },
)
