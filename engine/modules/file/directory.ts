import type { FileParameters } from '../../../schema/types.ts'
import { sequence } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { describe, planAttributes, propertyDiff, resolveOwnership, setAttributes } from '../attributes.ts'
import { listTree } from '../listing.ts'
import { makeDirectories, missingAbove } from '../makedirectories.ts'
import { type Change, change, type Host, type Steps } from '../module.ts'
import { realPath, statAfter } from '../paths.ts'
import { runOrFail, tidy } from '../runorfail.ts'
import { setTimes } from './times.ts'

/** Everything below a directory whose attributes differ, in one change. */
async function* setBelow(host: Host, params: FileParameters, root: string): AsyncGenerator<Change, void, unknown> {
  const ownership = await resolveOwnership(host, params)
  const plans = (await listTree(host, [root]))
    .filter(({ path }) => path !== root)
    .flatMap((stat) => {
      const plan = planAttributes(stat, ownership)
      return plan ? [{ path: stat.path, ...plan }] : []
    })
  if (plans.length === 0) return
  const list = (side: 'before' | 'after') => Object.fromEntries(plans.map((plan) => [plan.path, plan[side]]))
  yield* change({
    what: `set the attributes of ${plans.length} files below ${root}`,
    diff: propertyDiff(root, list('before'), list('after')),
    apply: () => runOrFail(host, sequence(...plans.map(({ command }) => command)), tidy),
  })
}

/** A directory, with those above it; each that is made gets the task's attributes. */
export async function* ensureDirectory(host: Host, params: FileParameters, found: Stat | undefined): Steps {
  const { path, follow, recurse } = params
  const old = found?.type === 'link' && follow ? await host.stat(await realPath(host, path)) : found
  if (found && old?.type !== 'directory') {
    throw new Failure('module.file', `${path} is there already and is no directory`, {
      hint: 'remove it first with state=absent',
    })
  }
  if (!old) {
    yield* makeDirectories(host, [...(await missingAbove(host, path)), path], params)
    if (host.check) return { path, state: 'directory' }
  }
  const stat = old ?? (await host.stat(path))
  if (!stat) throw new Failure('module.file', `${path} is not there although it was just made`)
  const hasAttributes = !(yield* setAttributes(host, stat, params))
  const hasTimes = !(yield* setTimes(host, stat, params))
  if (recurse && old) yield* setBelow(host, params, stat.path)
  return { path: stat.path, ...describe(hasAttributes && hasTimes ? stat : await statAfter(host, path, stat)) }
}
