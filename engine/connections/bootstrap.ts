import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Failure } from '../failure.ts'
import { withLock } from '../lock.ts'
import { tool } from '../process.ts'
import type { ConnectionOptions } from './connection.ts'

type Bootstrap = NonNullable<ConnectionOptions['bootstrap']>

/** What a tree was made of, kept beside it: `<root>.bootstrap.json`. */
const recordOf = (root: string): string => `${root}.bootstrap.json`

const readRecord = async (root: string): Promise<Bootstrap | undefined> => {
  try {
    return JSON.parse(await readFile(recordOf(root), 'utf8')) as Bootstrap
  } catch {
    return undefined
  }
}

/** One line of `apt-get indextargets`: where a repository of this machine is, its release and its component. */
type Target = { readonly uri: string; readonly release: string; readonly component: string }

export const parseTargets = (output: string): Target[] =>
  output
    .split('\n')
    .map((line) => line.trim().split('|'))
    .filter((parts) => parts.length === 3)
    .map(([uri = '', release = '', component = '']) => ({ uri, release, component }))

/** The apt sources of a suite, with its updates and security, from the repositories that this machine itself uses. */
export const sourcesOf = (suite: string, targets: readonly Target[]): string[] => {
  const components = new Map<string, Set<string>>()
  for (const { uri, release, component } of targets) {
    if (release !== suite && !release.startsWith(`${suite}-`)) continue
    const key = `${uri} ${release}`
    components.set(key, (components.get(key) ?? new Set()).add(component))
  }
  return [...components].map(([key, names]) => `deb ${key} ${[...names].sort().join(' ')}`).sort()
}

const mmdebstrap = async (target: string, { from, packages }: Bootstrap): Promise<void> => {
  const targets = parseTargets(
    await tool('apt-get', ['indextargets', '--format', '$(REPO_URI)|$(RELEASE)|$(COMPONENT)', 'Created-By: Packages']),
  )
  const sources = sourcesOf(from, targets)
  if (sources.length === 0) {
    throw new Failure('image.bootstrap', `this machine has no apt source for '${from}'`, {
      hint: `add one to /etc/apt/sources.list.d; known releases: ${[...new Set(targets.map((each) => each.release))].join(', ')}`,
    })
  }
  const include = packages.length > 0 ? [`--include=${packages.join(',')}`] : []
  await tool('mmdebstrap', ['--variant=minbase', '--skip=check/empty', ...include, from, target, '-'], {
    stdin: `${sources.join('\n')}\n`,
  })
}

type Method = (target: string, bootstrap: Bootstrap) => Promise<void>

const methods: Readonly<Record<string, Method>> = {
  mmdebstrap,
  directory: async (target, { from }) => {
    await tool('cp', ['-a', '--reflink=auto', `${from}/.`, target])
  },
}

/** Whether the root is there; throws a Failure 'image.bootstrap' when it was made of something else. */
const isMade = async (root: string, bootstrap: Bootstrap): Promise<boolean> => {
  const former = await readRecord(root)
  if (!former || (former.method === bootstrap.method && former.from === bootstrap.from)) return former !== undefined
  throw new Failure(
    'image.bootstrap',
    `${root} was made by ${former.method} from ${former.from}, not ${bootstrap.from}`,
    { hint: `remove ${root} and ${recordOf(root)} to make it anew` },
  )
}

const locked = (root: string): Failure =>
  new Failure('connection.locked', `${root} is being made already`, {
    hint: 'wait until the other run has ended; two builds of one tree would spoil it',
  })

/**
 * Makes the root of an image by its `bootstrap` and `build_from`, or leaves the one that is there.
 * A root that is half made is never seen: it gets its name when it is complete. Throws a Failure 'connection.locked'
 * while another process makes it.
 */
export const ensureRoot = async (root: string, bootstrap: Bootstrap): Promise<'made' | 'kept'> => {
  if (await isMade(root, bootstrap)) return 'kept'
  const make = methods[bootstrap.method]
  if (!make) {
    throw new Failure('image.bootstrap', `bootstrap method '${bootstrap.method}' is not known`, {
      hint: `use one of ${Object.keys(methods).join(', ')}`,
    })
  }
  if (!bootstrap.from) {
    throw new Failure('image.bootstrap', "the image has no 'build_from'", {
      hint: "set it in the play's vars, e.g. build_from: bookworm",
    })
  }
  await mkdir(dirname(root), { recursive: true })
  return withLock(
    `${root}.lock`,
    'exclusive',
    () => locked(root),
    async () => {
      if (await isMade(root, bootstrap)) return 'kept' // by another process, meanwhile
      await makeRoot(root, bootstrap, make)
      return 'made'
    },
  )
}

const makeRoot = async (root: string, bootstrap: Bootstrap, make: Method): Promise<void> => {
  const partial = `${root}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial)
  await make(partial, bootstrap)
  await rm(root, { recursive: true, force: true })
  await rename(partial, root)
  await writeFile(`${recordOf(root)}.tmp`, `${JSON.stringify(bootstrap)}\n`)
  await rename(`${recordOf(root)}.tmp`, recordOf(root))
}
