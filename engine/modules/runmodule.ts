import { sh } from '../command.ts'
import { Failure } from '../failure.ts'
import type { Diff, Host, Module, ModuleSchema, Result } from './module.ts'

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
    let answer: unknown
    for (;;) {
      const step = await steps.next(answer)
      if (step.done) {
        const changed = step.value.changed ?? changes.length > 0
        return { result: { ...step.value, changed }, changed, diffs, changes }
      }
      changes.push(step.value.what)
      if (step.value.diff) diffs.push(step.value.diff)
      answer = host.check ? undefined : await step.value.apply()
    }
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.code === 'connection.unreachable') throw thrown
    const changed = changes.length > 0 && !host.check
    const { code, message, hint, cause, excerpt, others } = thrown
    const failure = thrown.at ? thrown : new Failure(code, message, { at: host.at, hint, cause, excerpt, others })
    return { result: { changed, failed: true, msg: failure.message }, changed, diffs, changes, failure }
  }
}

const hasToExpand = (value: unknown): value is string =>
  typeof value === 'string' && (value.startsWith('~') || value.includes('$'))

/** Parameters of the format `path` with `~`, `~user`, `$NAME` and `${NAME}` as the host's user has them. */
const expandPaths = async <P>(schema: ModuleSchema, host: Host, given: P): Promise<P> => {
  const params = given as Record<string, unknown>
  const expand: [string, string][] = []
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = params[name]
    if (property.format === 'path' && hasToExpand(value)) expand.push([name, value])
  }
  if (expand.length === 0) return given
  const users = expand.flatMap(([, value]) => /^~([A-Za-z_][A-Za-z0-9_.-]*)/.exec(value)?.[1] ?? [])
  const output = await host.run(
    sh`printf '%s\\0' "$HOME"
       for user in ${users}; do printf '%s\\0' "$(getent passwd "$user" | cut -d: -f6)"; done
       env -0`,
  )
  const [home = '', ...rest] = output.stdout.toString().split('\0')
  const homes = new Map(users.map((user, index) => [user, rest[index]]))
  const environment = new Map(
    rest.slice(users.length).map((line) => (/^([^=]*)=(.*)$/s.exec(line)?.slice(1) as [string, string]) ?? ['', '']),
  )
  const expanded = expand.map(([name, value]) => [
    name,
    value
      .replace(/^~([^/]*)/, (whole, user: string) => (user ? homes.get(user) || whole : home))
      .replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, bare) => environment.get(braced ?? bare) ?? whole),
  ])
  return { ...given, ...Object.fromEntries(expanded) }
}
