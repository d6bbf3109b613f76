import type { DebugParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { isDict, Undefined, type Value } from '../../vars/value.ts'
import { type Host, type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './debug.schema.json' with { type: 'json' }

/** The value of an expression; a name that is not defined is said, not failed on. */
const evaluated = async (host: Host, source: string): Promise<Value> => {
  try {
    const value = await host.controller.expression(source)
    return value instanceof Undefined ? 'VARIABLE IS NOT DEFINED!' : value
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'template.undefined') return 'VARIABLE IS NOT DEFINED!'
    throw thrown
  }
}

/** What a `var` is shown under: its own words, or its type when it was a value already. */
const shown = async (host: Host, given: Value): Promise<Record<string, Value>> => {
  if (typeof given === 'string') return { [given]: await evaluated(host, given) }
  const type = Array.isArray(given) ? "<class 'list'>" : isDict(given) ? "<class 'dict'>" : String(given)
  return { [type]: given }
}

export const debug = readOnlyModule<DebugParameters>('debug', schema as ModuleSchema, async (host, params) => {
  if (host.verbosity < params.verbosity) return { skipped: true, skipped_reason: 'Verbosity threshold not met.' }
  // The report shows the result of this module at every verbosity.
  const always = { _ansible_verbose_always: true }
  if (params.var !== undefined) return { ...(await shown(host, params.var as Value)), ...always }
  return { msg: params.msg ?? 'Hello world!', ...always }
})
