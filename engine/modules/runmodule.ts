import { Failure } from '../failure.ts'
import { expansionOn, holdsVariables } from './expansion.ts'
import type { Diff, Host, Module, ModuleSchema, ParameterSchema, Result } from './module.ts'

export type ModuleRun = {
  readonly result: Result
  readonly changed: boolean
  readonly diffs: readonly Diff[]
  /** What was (in check mode: would be) changed, one line each. */
  readonly changes: readonly string[]
  /** What the module threw; `result` says the same as data. */
  readonly failure?: Failure
}

/**
 * Runs a module on a host with parameters that `readParameters` made: applies each change that it yields, unless the
 * host is in check mode. A Failure becomes a failed result; anything else that is thrown is a defect and passes on.
 */
export const runModule = async <P>(module: Module<P>, host: Host, given: P): Promise<ModuleRun> => {
  const diffs: Diff[] = []
  const changes: string[] = []
  if (host.check && module.schema.checkMode === 'none') {
    const msg = `module '${module.name}' cannot tell what it would change: skipped in check mode`
    return { result: { changed: false, skipped: true, msg }, changed: false, diffs, changes }
  }
  try {
    const steps = module.run(host, await expandPaths(module.schema, host, given))
    let step = await steps.next()
    while (!step.done) {
      const { what, diff, apply } = step.value
      changes.push(what)
      if (diff) diffs.push(diff)
      // A change that fails is the module's to hear of: its `finally` takes away what it left on the host.
      step = await (async () => (host.check ? undefined : apply()))().then(
        (answer) => steps.next(answer),
        (thrown) => steps.throw(thrown),
      )
    }
    const changed = step.value.changed ?? changes.length > 0
    return { result: { ...step.value, changed }, changed, diffs, changes }
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.code === 'connection.unreachable') throw thrown
    const { code, message, hint, cause, excerpt, others } = thrown
    const failure = thrown.at ? thrown : new Failure(code, message, { at: host.at, hint, cause, excerpt, others })
    // What a part of the work has done is no change that the task is known for, as with Ansible's modules.
    return {
      result: { ...thrown.told, changed: false, failed: true, msg: failure.message },
      changed: false,
      diffs,
      changes,
      failure,
    }
  }
}

const isPath = (schema: ParameterSchema | undefined): boolean => schema?.format === 'path'

/** Parameters of the format `path` with `~`, `~user`, `$NAME` and `${NAME}` as the host's user has them. */
const expandPaths = async <P>(schema: ModuleSchema, host: Host, given: P): Promise<P> => {
  const params = given as Record<string, unknown>
  const affected = Object.entries(schema.properties).filter(([name, property]) => {
    const value = params[name]
    return isPath(property)
      ? holdsVariables(value)
      : isPath(property.items) && (value as unknown[])?.some(holdsVariables)
  })
  if (affected.length === 0) return given
  const paths = affected.flatMap(([name]) => params[name] as string | string[])
  const expand = await expansionOn(host, paths)
  const expanded = affected.map(([name]) => {
    const value = params[name] as string | string[]
    return [name, typeof value === 'string' ? expand(value) : value.map(expand)]
  })
  return { ...given, ...Object.fromEntries(expanded) }
}
