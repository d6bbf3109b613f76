import { mkdir, readFile } from 'node:fs/promises'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import { run } from './run.ts'

export type Mount = {
  readonly type: string
  readonly source: string
  readonly target: string
  readonly options?: readonly string[]
}

export const mountCommand = ({ type, source, target, options = [] }: Mount): readonly string[] => [
  '-t',
  type,
  ...(options.length > 0 ? ['-o', options.join(',')] : []),
  source,
  target,
]

export const mount = async (log: Log, what: Mount): Promise<void> => {
  await run(log, 'mount', mountCommand(what))
}

/** A place in memory for root alone: ramfs, as the pages of a tmpfs can be swapped to a disk. */
export const mountSecret = async (log: Log, target: string): Promise<void> => {
  await mkdir(target, { recursive: true, mode: 0o700 })
  await mount(log, { type: 'ramfs', source: 'prelude', target, options: ['mode=0700', 'nosuid', 'nodev', 'noexec'] })
}

/** Shows a directory at a second place, with further restrictions there. */
export const bind = async (
  log: Log,
  source: string,
  target: string,
  options: readonly string[] = [],
): Promise<void> => {
  await run(log, 'mount', ['--bind', source, target])
  // a bind mount takes its options only when it is remounted
  if (options.length > 0) await run(log, 'mount', ['-o', ['remount', 'bind', ...options].join(','), target])
}

/** Takes mounts away, in this order; one that is busy is at least out of sight. */
export const unmount = async (log: Log, ...targets: readonly string[]): Promise<void> => {
  const left = async () => {
    const mounted = new Set((await listMounts()).map(({ target }) => target))
    return targets.filter((target) => mounted.has(target))
  }
  const there = await left()
  if (there.length === 0) return
  // the file server behind a mount may be gone: umount would wait for it
  const first = await execute('umount', there, { timeout: 20_000 }).catch(() => undefined)
  const busy = first?.code === 0 ? [] : await left()
  for (const target of there) if (!busy.includes(target)) log.info(`umount ${target}`)
  for (const target of busy) await run(log, 'umount', ['-l', target])
}

/** mountinfo writes blanks and backslashes in octal. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

export type MountInfo = {
  readonly target: string
  readonly type: string
  readonly source: string
  readonly device: string
}

/** Mounts of /proc/self/mountinfo, in the order in which they were made. */
export const parseMounts = (mountinfo: string): readonly MountInfo[] =>
  mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap((words) => {
      const dash = words.indexOf('-', 6)
      const [device, target, type, source] = [words[2], words[4], words[dash + 1], words[dash + 2]]
      if (dash < 0 || device === undefined || target === undefined || type === undefined) return []
      return [{ device, target: unescapeOctal(target), type, source: unescapeOctal(source ?? '') }]
    })

export const listMounts = async (): Promise<readonly MountInfo[]> =>
  parseMounts(await readFile('/proc/self/mountinfo', 'utf8'))

export const isMounted = async (target: string): Promise<boolean> =>
  (await listMounts()).some((mounted) => mounted.target === target)
