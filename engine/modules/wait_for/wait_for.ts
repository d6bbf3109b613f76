import type { WaitForParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { regularExpression } from '../../vars/regularexpression.ts'
import { type Host, type ModuleSchema, type Result, readOnlyModule } from '../module.ts'
import { countActive, lookAtFile, lookAtPort } from './look.ts'
import { until } from './until.ts'
import schema from './wait_for.schema.json' with { type: 'json' }

type Awaited = {
  /** What is waited for, for the message when the time is over. */
  readonly what: string
  /** Part of the result when it is there; undefined while it is not. */
  readonly look: () => Promise<Result | undefined>
}

/** The match as a part of the result; an empty one when nothing has to match. */
const matching = (text: string, regex: RegExp | undefined): Result | undefined => {
  if (!regex) return {}
  const match = regex.exec(text)
  return match ? { match_groups: match.slice(1), match_groupdict: { ...match.groups } } : undefined
}

const awaited = (host: Host, params: WaitForParameters): Awaited | undefined => {
  const { host: address, port, path, state, search_regex, connect_timeout } = params
  const isGone = state === 'stopped' || state === 'absent'
  const regex = search_regex === undefined ? undefined : regularExpression(search_regex, { multiline: true })
  const place = path ?? `${address}:${port}`
  if (state === 'drained') {
    if (port === undefined) {
      throw new Failure('module.parameter', "wait_for needs 'port' to wait until it is drained", { at: host.at })
    }
    return {
      what: `${place} to drain`,
      look: async () => ((await countActive(host, port, params)) === 0 ? {} : undefined),
    }
  }
  if (path === undefined && port === undefined) return undefined
  const read = () =>
    path === undefined ? lookAtPort(host, address, port ?? 0, connect_timeout, Boolean(regex)) : lookAtFile(host, path)
  if (isGone) {
    return {
      what: path === undefined ? `${place} to stop` : `${place} to be absent`,
      look: async () => ((await read()) === undefined ? {} : undefined),
    }
  }
  return {
    what: search_regex === undefined ? place : `search string ${search_regex} in ${place}`,
    look: async () => {
      const text = await read()
      return text === undefined ? undefined : matching(text, regex)
    },
  }
}

export const wait_for = readOnlyModule<WaitForParameters>('wait_for', schema as ModuleSchema, async (host, params) => {
  const { port = null, path = null, search_regex = null, state, msg } = params
  const target = awaited(host, params)
  const { found, elapsed } = await until(async () => target?.look(), params)
  // With neither a port nor a file the task only waits.
  if (target && !found) return { failed: true, msg: msg ?? `Timeout when waiting for ${target.what}`, elapsed }
  return { state, port, path, search_regex, match_groups: [], match_groupdict: {}, ...found, elapsed }
})
