import type { GitParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Git } from './program.ts'

/** What a version is in the remote repository. */
export type Revision = {
  readonly kind: 'branch' | 'tag' | 'commit' | 'ref'
  /** The branch's or tag's name, the commit, or the ref. */
  readonly name: string
  readonly commit: string
}

const isCommit = (version: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(version)

/** Asks the remote repository what a version is: one request, none for a commit. */
export const lookUp = async (git: Git, { version }: GitParameters): Promise<Revision> => {
  if (isCommit(version)) return { kind: 'commit', name: version, commit: version }
  const list = await git.ask(
    sh`${git.program} ls-remote --symref -- ${git.url} ${version} ${`refs/heads/${version}`} ${`refs/tags/${version}`} ${`refs/tags/${version}^{}`}`,
    'read the remote repository',
  )
  const commits = new Map<string, string>()
  let head: string | undefined
  for (const line of list.split('\n')) {
    const [value = '', name = ''] = line.split('\t')
    if (value.startsWith('ref: ') && name === 'HEAD') head = value.slice('ref: refs/heads/'.length)
    else if (name !== '' && !value.startsWith('ref: ')) commits.set(name, value)
  }
  const branch = version === 'HEAD' ? head : version
  const candidates: [Revision['kind'], string | undefined, string][] = [
    ['branch', branch, version === 'HEAD' ? 'HEAD' : `refs/heads/${version}`],
    ['tag', version, `refs/tags/${version}^{}`],
    ['tag', version, `refs/tags/${version}`],
    ['ref', version, version],
  ]
  for (const [kind, name, ref] of candidates) {
    const commit = commits.get(ref)
    if (name !== undefined && commit !== undefined) return { kind, name, commit }
  }
  throw new Failure('module.git', `the remote repository has no branch or tag '${version}'`, {
    told: { rc: 1 }, // as git's own when it is asked to check it out
    hint: 'a commit needs all its hexadecimal digits',
  })
}
