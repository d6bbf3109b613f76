import type { FileParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { describe, propertyDiff, setAttributes } from '../attributes.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { realPath, statAfter } from '../paths.ts'
import { runOrFail, tidy } from '../runorfail.ts'
import { ensureDirectory } from './directory.ts'
import schema from './file.schema.json' with { type: 'json' }
import { ensureHardLink, ensureLink } from './link.ts'
import { setTimes } from './times.ts'

/** What a path is, in the words of the parameter `state`. */
const stateOf = (stat: Stat | undefined): string => (stat ? (describe(stat)['state'] as string) : 'absent')

async function* ensureAbsent(host: Host, path: string, old: Stat | undefined): Steps {
  if (old) {
    yield* change({
      what: `remove ${path}`,
      diff: propertyDiff(path, { state: stateOf(old) }, { state: 'absent' }),
      apply: () => runOrFail(host, sh`rm -rf -- ${path}`, tidy),
    })
  }
  return { path, state: 'absent' }
}

/** An existing file and its attributes; a link stands for its target when the task follows links. */
async function* ensureFile(host: Host, params: FileParameters, old: Stat | undefined): Steps {
  const { path, follow } = params
  const target = old?.type === 'link' && follow ? await host.stat(await realPath(host, path)) : old
  if (!target || target.type === 'link' || target.type === 'directory') {
    throw new Failure('module.file', `${path} is ${stateOf(target)}, not a file`, {
      hint: 'state=file does not make a file: use copy or template, or state=touch; state=directory for a directory',
    })
  }
  const hasAttributes = !(yield* setAttributes(host, target, params))
  const hasTimes = !(yield* setTimes(host, target, params))
  const now = hasAttributes && hasTimes ? target : await statAfter(host, path, target)
  return { path: target.path, ...describe(now) }
}

async function* touch(host: Host, params: FileParameters, old: Stat | undefined): Steps {
  const { path, follow } = params
  if (!old) {
    const made = yield* change({
      what: `make the empty file ${path}`,
      diff: propertyDiff(path, { state: 'absent' }, { state: 'touch' }),
      apply: async () => {
        await runOrFail(host, sh`: >>${path}`, tidy)
        return host.stat(path)
      },
    })
    if (!made) return { dest: path, state: 'file' }
    yield* setAttributes(host, made, params)
    yield* setTimes(host, made, params)
    return { dest: path, ...describe((await host.stat(path)) ?? made) }
  }
  const target = old.type === 'link' && follow ? await host.stat(await realPath(host, path)) : old
  if (!target) throw new Failure('module.file', `the target of the link ${path} is not there`)
  yield* setAttributes(host, target, params)
  yield* setTimes(host, target, { ...params, ...defaultTimes(params) })
  return { dest: path, ...describe(await statAfter(host, path, target)) }
}

/** Touching an existing file sets its times to now, unless the task says otherwise. */
const defaultTimes = ({ access_time = 'now', modification_time = 'now' }: FileParameters) => ({
  access_time,
  modification_time,
})

const ensure = (host: Host, params: FileParameters, state: string, old: Stat | undefined): Steps => {
  switch (state) {
    case 'absent':
      return ensureAbsent(host, params.path, old)
    case 'directory':
      return ensureDirectory(host, params, old)
    case 'link':
      return ensureLink(host, params, old)
    case 'hard':
      return params.src === undefined ? ensureFile(host, params, old) : ensureHardLink(host, params, old)
    case 'touch':
      return touch(host, params, old)
    default:
      return ensureFile(host, params, old)
  }
}

export const file = module<FileParameters>('file', schema as ModuleSchema, async function* (host, params) {
  const { recurse } = params
  const path = params.path.replace(/(.)\/+$/, '$1')
  const old = await host.stat(path)
  const state = params.state ?? (old ? stateOf(old) : recurse ? 'directory' : 'file')
  if (recurse && state !== 'directory') {
    throw new Failure('module.parameter', `'recurse' needs a directory, but ${path} is wanted as ${state}`, {
      hint: 'add state: directory',
    })
  }
  const result = yield* ensure(host, { ...params, path }, state, old)
  // The path as the task writes it, unless a link led elsewhere.
  for (const key of ['path', 'dest']) if (result[key] === path) result[key] = params.path
  return result
})
