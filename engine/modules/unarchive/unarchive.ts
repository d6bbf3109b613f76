import { posix } from 'node:path'
import type { UnarchiveParameters } from '../../../schema/types.ts'
import { sequence } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { describe, planAttributes, propertyDiff, resolveOwnership } from '../attributes.ts'
import { statAll } from '../listing.ts'
import { type Change, change, type Host, type ModuleSchema, module, type Result, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { stepsWithTemporary } from '../temporary.ts'
import { needless } from '../unless.ts'
import { type Archive, kindOf } from './archive.ts'
import { obtain } from './obtain.ts'
import { tarContents, unpackTar } from './tar.ts'
import schema from './unarchive.schema.json' with { type: 'json' }
import { unpackZip, zipContents } from './zip.ts'

/** Gives everything that came out of the archive the task's owner, group and mode, in one change. */
async function* setAll(
  host: Host,
  { dest, params }: Archive,
  names: readonly string[],
): AsyncGenerator<Change, void, unknown> {
  if (params.owner === undefined && params.group === undefined && params.mode === undefined) return
  const paths = names.map((name) => posix.join(dest, name).replace(/(.)\/$/, '$1')).filter((path) => path !== dest)
  const ownership = await resolveOwnership(host, params)
  const known = await statAll(host, [...new Set(paths)])
  const plans = [...known.values()].flatMap((stat) => {
    const plan = planAttributes(stat, ownership)
    return plan ? [{ path: stat.path, ...plan }] : []
  })
  if (plans.length === 0) return
  const list = (side: 'before' | 'after') => Object.fromEntries(plans.map((plan) => [plan.path, plan[side]]))
  yield* change({
    what: `set the attributes of ${plans.length} unpacked files in ${dest}`,
    diff: propertyDiff(dest, list('before'), list('after')),
    apply: () => runOrFail(host, sequence(...plans.map(({ command }) => command))),
  })
}

async function* unpack(host: Host, archive: Archive): AsyncGenerator<Change, readonly string[], unknown> {
  const { kind, dest, params } = archive
  const { names, differences } = await (kind.isZip ? zipContents : tarContents)(host, archive)
  if (differences.length > 0) {
    yield* change({
      what: `unpack ${params.src} into ${dest}`,
      diff: { before: '', after: differences.map((line) => `${line}\n`).join('') },
      apply: () => (kind.isZip ? unpackZip : unpackTar)(host, archive),
    })
  }
  yield* setAll(host, archive, names)
  return names
}

export const unarchive = module<UnarchiveParameters>(
  'unarchive',
  schema as ModuleSchema,
  async function* (host, params) {
    const { src, creates, list_files } = params
    const dest = params.dest.replace(/(.)\/+$/, '$1')
    const skipped = creates === undefined ? undefined : await needless(host, { creates })
    if (skipped) return { ...skipped, skipped: true, dest, src }
    const directory = await host.stat(dest, { follow: true })
    if (directory?.type !== 'directory') {
      throw new Failure('module.file', `${dest} ${directory ? 'is no directory' : 'is not there'}`, {
        at: host.at,
        hint: 'make it with an earlier task: file with state=directory',
      })
    }
    const { path, isTemporary, content } = await obtain(host, params)
    const steps = async function* (): Steps {
      if (content) await host.write(path, content)
      const kind = await kindOf(host, path)
      const names = yield* unpack(host, { path, dest, kind, params })
      const result: Result = { dest: params.dest, src, handler: kind.handler, ...describe(directory) }
      return list_files ? { ...result, files: names } : result
    }
    return yield* isTemporary ? stepsWithTemporary(host, path, steps) : steps()
  },
)
