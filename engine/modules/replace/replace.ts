import type { ReplaceParameters } from '../../../schema/types.ts'
import { Failure, messageOf } from '../../failure.ts'
import { substitute, withFlags } from '../../vars/regularexpression.ts'
import { type ModuleSchema, module } from '../module.ts'
import { expressionOf, openText, saveText, type TextFile } from '../textfile.ts'
import schema from './replace.schema.json' with { type: 'json' }

/** Begin and end of the part between `after` and `before`; undefined when they match nothing. */
const sectionOf = ({ text, native }: TextFile, { after, before }: ReplaceParameters): [number, number] | undefined => {
  if (after === undefined && before === undefined) return [0, text.length]
  const rest = after !== undefined && before !== undefined ? '.*?' : '.*'
  const pattern = `${native(after ?? '')}(?P<section>${rest})${native(before ?? '')}`
  const expression = expressionOf('after and before', pattern, { dotAll: true })
  return withFlags(expression, 'd').exec(text)?.indices?.groups?.['section']
}

const replaced = (expression: RegExp, text: string, replacement: string) => {
  try {
    return substitute(expression, text, replacement)
  } catch (thrown) {
    throw new Failure('module.parameter', `'replace': ${messageOf(thrown)}`, { cause: thrown })
  }
}

export const replace = module<ReplaceParameters>('replace', schema as ModuleSchema, async function* (host, params) {
  const { path, regexp, backup, validate, encoding } = params
  const file = await openText(host, path, encoding)
  if (!file.stat) throw new Failure('module.file', `there is no file ${path}`)
  const section = sectionOf(file, params)
  if (!section) {
    return {
      rc: 0,
      msg: `Pattern for before/after params did not match the given file: ${params.after ?? ''}${params.before ?? ''}`,
    }
  }
  const expression = expressionOf('regexp', file.native(regexp), { multiline: true, global: true })
  const result = replaced(expression, file.text.slice(...section), file.native(params.replace))
  const text = file.text.slice(0, section[0]) + result.text + file.text.slice(section[1])
  const saved = yield* saveText(host, file, text, { attributes: params, backup, validate })
  const messages = [
    saved.isWritten ? `${result.replaced} replacements made` : '',
    saved.hasNewAttributes ? 'ownership, perms or SE linux context changed' : '',
  ]
  return {
    msg: messages.filter(Boolean).join(' and '),
    rc: 0,
    ...(saved.backup_file === undefined ? {} : { backup_file: saved.backup_file }),
  }
})
