import type { ReplaceParameters } from '../../../schema/types.ts'
import { Failure, messageOf } from '../../failure.ts'
import { substitute, withFlags } from '../../vars/regularexpression.ts'
import { type ModuleSchema, module } from '../module.ts'
import { expressionOf, missingFile, openText, saveText, type TextFile } from '../textfile.ts'
import schema from './replace.schema.json' with { type: 'json' }

/** The regular expression of the part between `after` and `before`; undefined for the whole text. */
const patternOf = ({ after, before }: ReplaceParameters): string | undefined => {
  if (!after && !before) return undefined
  return `${after ?? ''}(?P<subsection>${after && before ? '.*?' : '.*'})${before ?? ''}`
}

/** Begin and end of the part between `after` and `before`; undefined when they match nothing. */
const sectionOf = ({ text, native }: TextFile, params: ReplaceParameters): [number, number] | undefined => {
  const pattern = patternOf(params)
  if (pattern === undefined) return [0, text.length]
  const expression = expressionOf('after and before', native(pattern), { dotAll: true })
  return withFlags(expression, 'd').exec(text)?.indices?.groups?.['subsection']
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
  if (!file.stat) throw missingFile(path)
  const section = sectionOf(file, params)
  if (!section) {
    return {
      rc: 0,
      msg: `Pattern for before/after params did not match the given file: ${patternOf(params)}`,
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
