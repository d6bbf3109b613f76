import { mkdir, symlink } from 'node:fs/promises'
import { Failure, messageOf } from '../../engine/failure.ts'

/** A piece of the file system that a program finds where an operating system runs. */
export type Entry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }

const linked = (path: string, to: string): Entry => ({ kind: 'link', path, to })

/** What the kernel and the script /init, which mounts what the file `fstab` lists, leave to do: each after what is above it. */
export const earlyFileSystem: readonly Entry[] = [
  { kind: 'directory', path: '/run/lock', mode: 0o755 },
  linked('/dev/fd', '/proc/self/fd'),
  linked('/dev/stdin', 'fd/0'),
  linked('/dev/stdout', 'fd/1'),
  linked('/dev/stderr', 'fd/2'),
]

const make = async (entry: Entry): Promise<void> => {
  if (entry.kind === 'directory') {
    await mkdir(entry.path, { recursive: true, mode: entry.mode })
    return
  }
  await symlink(entry.to, entry.path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EEXIST') throw thrown
  })
}

/** Makes entries in their order. Throws a Failure 'agent.filesystem' that names the one that cannot be made. */
export const createAll = async (entries: readonly Entry[]): Promise<void> => {
  for (const entry of entries)
    try {
      await make(entry)
    } catch (cause) {
      throw new Failure('agent.filesystem', `cannot make ${entry.path} (${entry.kind}): ${messageOf(cause)}`, { cause })
    }
}
