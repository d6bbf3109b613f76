import type { PamLimitsParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { rewriteFile } from '../rewritefile.ts'
import { openText } from '../textfile.ts'
import schema from './pam_limits.schema.json' with { type: 'json' }

const isUnlimited = (value: string): boolean => ['unlimited', 'infinity', '-1'].includes(value)

/** Whether limits.conf takes a value for an item. */
const isValid = (item: string, value: string): boolean =>
  item === 'nice' || item === 'priority'
    ? /^[+-]?\d+$/.test(value) && Number(value) >= -20 && Number(value) <= 19
    : isUnlimited(value) || /^\d+$/.test(value)

/** The greater of two limits, or the less; unlimited is the greatest. */
const chosen = ({ limit_item, use_max, use_min, value }: PamLimitsParameters, found: string): string => {
  if (!use_max && !use_min) return value
  const isPriority = limit_item === 'nice' || limit_item === 'priority'
  const size = (one: string) => (!isPriority && isUnlimited(one) ? Number.POSITIVE_INFINITY : Number(one))
  const isFoundBetter = use_max ? size(found) >= size(value) : size(found) <= size(value)
  return isFoundBetter ? found : value
}

type Edited = { readonly text: string; readonly msg: string }

/** limits.conf with the limit: each line about it gets the value, or one is added. */
export const withLimit = (text: string, params: PamLimitsParameters): Edited => {
  const { domain, limit_type, limit_item, value, comment } = params
  const lineOf = (limit: string, note: string) =>
    `${domain}\t${limit_type}\t${limit_item}\t${limit}${note === '' ? '' : `\t#${note}`}`
  let msg: string | undefined
  const lines = (text === '' ? [] : text.replace(/\n$/, '').split('\n')).map((line) => {
    if (line.startsWith('#')) return line
    const at = line.indexOf('#')
    const fields = (at < 0 ? line : line.slice(0, at)).trim().split(/\s+/)
    const [who, type, item, found = ''] = fields
    if (fields.length !== 4 || who !== domain || type !== limit_type || item !== limit_item) return line
    const limit = chosen(params, found)
    const next = limit === found ? line : lineOf(limit, comment || (at < 0 ? '' : line.slice(at + 1)))
    msg = `${next}\n`
    return next
  })
  if (msg === undefined) {
    const line = lineOf(value, comment)
    lines.push(line)
    msg = `${line}\n`
  }
  return { text: `${lines.join('\n')}\n`, msg }
}

const checkParameters = (host: Host, { domain, limit_item, value, comment }: PamLimitsParameters): void => {
  checkOneLine(host, { domain, comment })
  const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
  if (domain === '' || /[\s#]/.test(domain)) throw fail(`'domain' must be one word: ${JSON.stringify(domain)}`)
  if (!isValid(limit_item, value)) {
    const hint = /^(nice|priority)$/.test(limit_item) ? 'from -20 to 19' : "a number, or 'unlimited'"
    throw fail(`'${value}' is no limit for ${limit_item}`, hint)
  }
}

export const pam_limits = module<PamLimitsParameters>(
  'pam_limits',
  schema as ModuleSchema,
  async function* (host, params) {
    checkParameters(host, params)
    const file = await openText(host, params.dest, 'utf-8')
    const before = file.stat ? file.text : undefined
    const { text, msg } = withLimit(file.text, params)
    const saved = yield* rewriteFile(host, { path: file.path, before, after: text, backup: params.backup })
    return { msg, ...saved }
  },
)
