import { unescapeField } from './fstab.ts'

/** A file system that is mounted, as /proc/self/mountinfo tells it. */
export type Mounted = {
  readonly path: string
  /** The part of the file system that is seen there; `/` but for bind mounts. */
  readonly root: string
  readonly fstype: string
  readonly source: string
  readonly device: string
}

/** Reads mountinfo; other lines are skipped. A later mount on the same place covers an earlier one. */
export const parseMounts = (text: string): Mounted[] =>
  text.split('\n').flatMap((line) => {
    const [, device, root, path, fstype, source] =
      /^\d+ \d+ (\d+:\d+) (\S+) (\S+) \S+(?: \S+)*? - (\S+) (\S+)/.exec(line) ?? []
    if (!device || !root || !path || !fstype || !source) return []
    return {
      device,
      root: unescapeField(root),
      path: unescapeField(path).replace(/\/\/deleted$/, ''),
      fstype,
      source: unescapeField(source),
    }
  })

export const mountedAt = (mounts: readonly Mounted[], path: string): Mounted | undefined =>
  mounts.findLast((mount) => mount.path === (path === '/' ? path : path.replace(/\/+$/, '')))
