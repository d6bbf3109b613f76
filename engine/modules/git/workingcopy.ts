import type { GitParameters } from '../../../schema/types.ts'
import { type Command, sequence, sh } from '../../command.ts'
import type { Git } from './program.ts'
import type { Revision } from './remote.ts'

/** A working copy, or a bare repository, as it is. */
export type WorkingCopy = {
  readonly commit: string | undefined
  readonly url: string
  readonly isModified: boolean
  /** A submodule is missing or stands at another commit. */
  readonly hasStaleSubmodules: boolean
}

/** Looks at the working copy; undefined when there is none. One round trip. */
export const inspect = async (
  git: Git,
  { dest, remote, bare, recursive }: GitParameters,
): Promise<WorkingCopy | undefined> => {
  const isThere = bare ? sh`[ -d ${`${dest}/objects`} ]` : sh`[ -e ${`${dest}/.git`} ]`
  const submodules = recursive && !bare ? sh`[ -e ${`${dest}/.gitmodules`} ] && ${git.inside} submodule status` : sh`:`
  const status = bare ? sh`:` : sh`${git.inside} status --porcelain --untracked-files=no | head -n 1`
  const output = await git.ask(
    sh`${isThere} || exit 0
echo there
${git.inside} rev-parse -q --verify HEAD || echo
${git.inside} config --get ${`remote.${remote}.url`} || echo
[ -n "$(${status})" ] && echo modified || echo
${submodules} | grep -q '^[-+]' && echo stale || echo`,
    `look at ${dest}`,
  )
  const [there, commit, url = '', modified, stale] = output.split('\n')
  if (there !== 'there') return undefined
  return {
    commit: commit || undefined,
    url,
    isModified: modified === 'modified',
    hasStaleSubmodules: stale === 'stale',
  }
}

const depthOf = ({ depth }: GitParameters): string[] => (depth === undefined ? [] : ['--depth', String(depth)])

const submodulesOf = (git: Git, params: GitParameters): Command => {
  const { dest, recursive, bare, track_submodules } = params
  if (!recursive || bare) return sh`:`
  const remote = track_submodules ? ['--remote'] : []
  return sh`{ [ ! -e ${`${dest}/.gitmodules`} ] || { ${git.inside} submodule sync --quiet --recursive && ${git.inside} submodule update --quiet --init --recursive --force ${remote} ${depthOf(params)}; }; }`
}

/** Takes a working copy to a revision whose objects it has. */
const checkOut = (git: Git, params: GitParameters, { kind, name, commit }: Revision): Command => {
  if (params.bare) return sh`:`
  if (kind === 'branch') {
    return sh`${git.inside} checkout --quiet --force --track -B ${name} ${`refs/remotes/${params.remote}/${name}`} --`
  }
  return sh`${git.inside} checkout --quiet --force --detach ${kind === 'tag' ? `refs/tags/${name}` : commit} --`
}

/** What has to be fetched for a revision: of everything, or only its own history. */
const refspecsOf = (params: GitParameters, { kind, name, commit }: Revision): string[] => {
  const { remote, bare, depth, single_branch, refspec } = params
  const further = refspec === undefined ? [] : [refspec]
  const own = {
    branch: `+refs/heads/${name}:${bare ? `refs/heads/${name}` : `refs/remotes/${remote}/${name}`}`,
    tag: `+refs/tags/${name}:refs/tags/${name}`,
    commit,
    ref: name,
  }[kind]
  if (depth !== undefined || single_branch) return [own, ...further]
  const all = bare ? '+refs/heads/*:refs/heads/*' : `+refs/heads/*:refs/remotes/${remote}/*`
  return [all, '+refs/tags/*:refs/tags/*', ...(kind === 'ref' ? [own] : []), ...further]
}

const fetch = (git: Git, params: GitParameters, revision: Revision): Command => {
  const { remote } = params
  const refspecs = refspecsOf(params, revision)
  const fetched = sh`${git.inside} fetch --quiet --force ${depthOf(params)} ${remote} ${refspecs}`
  if (revision.kind !== 'commit') return fetched
  const has = sh`${git.inside} cat-file -e ${`${revision.commit}^{commit}`} 2>/dev/null`
  // No branch may lead to the commit: then the server is asked for it by name.
  return sh`{ ${has} || { ${fetched} && ${has}; } || ${git.inside} fetch --quiet ${depthOf(params)} ${remote} ${revision.commit}; }`
}

/** The commands that make a working copy at a revision. */
export const cloning = (git: Git, params: GitParameters, revision: Revision): Command => {
  const { dest, remote, bare, single_branch, reference, separate_git_dir, refspec } = params
  const isNamed = revision.kind === 'branch' || revision.kind === 'tag'
  const options = [
    ...(bare ? ['--bare'] : ['--no-checkout']),
    '--origin',
    remote,
    ...depthOf(params),
    ...(single_branch ? ['--single-branch'] : []),
    ...(isNamed ? ['--branch', revision.name] : []),
    ...(reference === undefined ? [] : ['--reference', reference]),
    ...(separate_git_dir === undefined ? [] : [`--separate-git-dir=${separate_git_dir}`]),
  ]
  const clone = sh`${git.program} clone --quiet ${options} -- ${git.url} ${dest}`
  const isComplete = isNamed && refspec === undefined
  const rest = isComplete ? [] : [fetch(git, params, revision)]
  return sequence(clone, ...rest, checkOut(git, params, revision), submodulesOf(git, params))
}

/** The commands that take a working copy from where it is to a revision. */
export const updating = (git: Git, params: GitParameters, revision: Revision): Command => {
  const url = sh`${git.inside} config ${`remote.${params.remote}.url`} ${git.url}`
  return sequence(url, fetch(git, params, revision), checkOut(git, params, revision), submodulesOf(git, params))
}
