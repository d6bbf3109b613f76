import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Failure, messageOf } from '../failure.ts'
import { tool } from '../process.ts'
import type { Requirement } from './requirements.ts'

export type InstallOptions = {
  /** Where roles and collections go. */
  readonly rolesPath: string
  readonly collectionsPath: string
  /** Directory that relative sources are relative to. */
  readonly directory: string
  /** Install anew what is there already. */
  readonly force: boolean
}

export type Installed = { readonly requirement: Requirement; readonly path: string; readonly isNew: boolean }

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const placeOf = ({ kind, name }: Requirement, options: InstallOptions): string =>
  kind === 'roles'
    ? join(options.rolesPath, name)
    : join(options.collectionsPath, 'ansible_collections', ...name.split('.'))

const isLocal = (source: string): boolean => !/^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@[^/]+:/i.test(source)

/** A git repository at a branch, tag or commit, without its history. */
const fetchGit = async (source: string, version: string | undefined, into: string): Promise<void> => {
  await tool('git', ['clone', '--quiet', '--no-checkout', '--', source, into])
  const wanted = version ?? 'HEAD'
  if (wanted.startsWith('-')) throw new Error(`'${wanted}' is no version`)
  await tool('git', ['-C', into, 'checkout', '--quiet', '--detach', wanted]).catch(() =>
    tool('git', ['-C', into, 'checkout', '--quiet', '--detach', `origin/${wanted}`]),
  )
  await rm(join(into, '.git'), { recursive: true, force: true })
}

/** An archive; a single directory at its top is what is meant. */
const fetchArchive = async (source: string, into: string): Promise<void> => {
  const file = isLocal(source) ? source : `${into}.archive`
  if (file !== source)
    await tool('curl', ['--fail', '--silent', '--show-error', '--location', '-o', file, '--', source])
  await mkdir(into)
  await tool('tar', ['-xf', file, '-C', into, '--no-same-owner'])
  const [only, ...others] = await readdir(into)
  if (only === undefined || others.length > 0 || only === 'tasks') return
  await rename(join(into, only), `${into}.inner`)
  await rm(into, { recursive: true })
  await rename(`${into}.inner`, into)
}

/** Puts a requirement in its place; what was there stays until the new one is complete. @throws Failure */
export const install = async (requirement: Requirement, options: InstallOptions): Promise<Installed> => {
  const path = placeOf(requirement, options)
  if (!options.force && (await exists(path))) return { requirement, path, isNew: false }
  const source =
    isLocal(requirement.source) && !isAbsolute(requirement.source)
      ? resolve(options.directory, requirement.source)
      : requirement.source
  await mkdir(dirname(path), { recursive: true })
  const scratch = await mkdtemp(join(dirname(path), '.install-'))
  const fetched = join(scratch, 'content')
  try {
    if (requirement.how === 'git') await fetchGit(source, requirement.version, fetched)
    else await fetchArchive(source, fetched)
    await rm(path, { recursive: true, force: true })
    await rename(fetched, path)
    return { requirement, path, isNew: true }
  } catch (cause) {
    throw new Failure('playbook.requirement', `cannot install ${requirement.name}: ${messageOf(cause)}`, {
      at: requirement.at,
      cause,
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
