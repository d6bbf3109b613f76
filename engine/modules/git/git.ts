import type { GitParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import schema from './git.schema.json' with { type: 'json' }
import { type Git, gitFor } from './program.ts'
import { lookUp } from './remote.ts'
import { cloning, inspect, updating, type WorkingCopy } from './workingcopy.ts'

const commitOf = async (git: Git): Promise<string> =>
  (await git.ask(sh`${git.inside} rev-parse HEAD`, 'read the commit')).trim()

async function* clone(host: Host, git: Git, params: GitParameters): Steps {
  const revision = await lookUp(git, params)
  // Nothing is done, but `changed` tells whoever asks that a clone would bring something.
  if (!params.clone) return { changed: true, before: null, after: revision.commit }
  yield* change({
    what: `clone ${shownUrl(params.repo)} at ${params.version} to ${params.dest}`,
    diff: { before: '', after: `${revision.commit}\n` },
    apply: () => git.ask(cloning(git, params, revision), `clone ${shownUrl(params.repo)}`),
  })
  return { before: null, after: host.check ? revision.commit : await commitOf(git) }
}

async function* update(host: Host, git: Git, params: GitParameters, copy: WorkingCopy): Steps {
  const { dest, version, force } = params
  const before = copy.commit ?? null
  const isMoved = copy.url !== git.url
  if (!params.update) return { before, after: before, remote_url_changed: false }
  if (copy.isModified && !force) {
    throw new Failure('module.git', `${dest} has local changes`, {
      at: host.at,
      hint: 'commit them, or throw them away with force: true',
    })
  }
  const revision = await lookUp(git, params)
  const told = { before, remote_url_changed: isMoved }
  if (before === revision.commit && !copy.isModified && !isMoved && !copy.hasStaleSubmodules) {
    return { ...told, after: before }
  }
  yield* change({
    what: `take ${dest} to ${version}`,
    diff: { before: `${before ?? ''}\n`, after: `${revision.commit}\n` },
    apply: () => git.ask(updating(git, params, revision), `update ${dest}`),
  })
  return { ...told, after: host.check ? revision.commit : await commitOf(git) }
}

export const git = module<GitParameters>('git', schema as ModuleSchema, async function* (host, given) {
  const params = { ...given, dest: given.dest.replace(/(.)\/+$/, '$1') }
  const program = gitFor(host, params)
  if ((await program.run(sh`command -v ${params.executable ?? 'git'} >/dev/null`)).code !== 0) {
    throw new Failure('module.tool', 'the host has no git', { at: host.at, hint: 'install it with an earlier task' })
  }
  const copy = await inspect(program, params)
  return copy ? yield* update(host, program, params, copy) : yield* clone(host, program, params)
})
