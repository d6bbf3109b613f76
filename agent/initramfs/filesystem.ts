import { mkdir, symlink } from 'node:fs/promises'
import { Failure, messageOf } from '../../engine/failure.ts'
import { tool } from '../../engine/process.ts'
import { type Mount, mountCommand } from '../system/mounts.ts'

/** A piece of the file system that a program finds where an operating system runs. */
export type Entry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | ({ readonly kind: 'mount' } & Mount)
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | {
      readonly kind: 'device'
      readonly path: string
      readonly mode: number
      readonly numbers: readonly [major: number, minor: number]
    }

const mounted = (target: string, type: string, ...options: string[]): Entry => ({
  kind: 'mount',
  type,
  source: type,
  target,
  options,
})
const linked = (path: string, to: string): Entry => ({ kind: 'link', path, to })

/**
 * What the kernel and the script /init leave to do. A further entry may stand below an earlier one. Opening
 * /dev/loop-control makes the kernel load its driver; elsewhere udev makes such nodes.
 */
export const earlyFileSystem: readonly Entry[] = [
  mounted('/dev', 'devtmpfs', 'mode=0755', 'nosuid'),
  mounted('/run', 'tmpfs', 'mode=0755', 'nosuid', 'nodev'),
  { kind: 'directory', path: '/run/lock', mode: 0o755 },
  mounted('/dev/pts', 'devpts', 'mode=0620', 'ptmxmode=0666', 'gid=5', 'nosuid', 'noexec'),
  mounted('/dev/shm', 'tmpfs', 'mode=1777', 'nosuid', 'nodev'),
  linked('/dev/fd', '/proc/self/fd'),
  linked('/dev/stdin', 'fd/0'),
  linked('/dev/stdout', 'fd/1'),
  linked('/dev/stderr', 'fd/2'),
  { kind: 'device', path: '/dev/loop-control', mode: 0o600, numbers: [10, 237] },
]

export const placeOf = (entry: Entry): string => (entry.kind === 'mount' ? entry.target : entry.path)

const isThere = (thrown: NodeJS.ErrnoException) => {
  if (thrown.code !== 'EEXIST') throw thrown
}

const make = async (entry: Entry): Promise<void> => {
  switch (entry.kind) {
    case 'directory':
      await mkdir(entry.path, { recursive: true, mode: entry.mode })
      return
    case 'mount':
      await mkdir(entry.target, { recursive: true })
      await tool('mount', mountCommand(entry))
      return
    case 'link':
      return symlink(entry.to, entry.path).catch(isThere)
    case 'device': {
      const mode = entry.mode.toString(8)
      await tool('mknod', ['-m', mode, entry.path, 'c', ...entry.numbers.map(String)])
    }
  }
}

/** Makes an entry. Throws a Failure 'agent.filesystem' that names it. */
export const create = async (entry: Entry): Promise<void> => {
  try {
    await make(entry)
  } catch (cause) {
    throw new Failure('agent.filesystem', `cannot make ${placeOf(entry)} (${entry.kind}): ${messageOf(cause)}`, {
      cause,
    })
  }
}

const depth = (entry: Entry): number => placeOf(entry).split('/').length

/** Makes entries: those of one depth side by side, after those above them. */
export const createAll = async (entries: readonly Entry[]): Promise<void> => {
  for (const level of [...new Set(entries.map(depth))].sort())
    await Promise.all(entries.filter((entry) => depth(entry) === level).map(create))
}
