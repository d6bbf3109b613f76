import type { Stat } from './connection.ts'

/**
 * What `stat -c` prints of a file, in one line. Names may hold spaces (those of a Windows domain do), but no colon. Fraction
 * digits are GNU's; busybox prints whole seconds for the same format.
 */
export const statFormat = '%f %s %i %d %h %u %g %.9X %.9Y %.9Z %U:%G'

/** The kinds of files by the upper bits of st_mode. */
const types: ReadonlyMap<number, Stat['type']> = new Map([
  [0o14, 'socket'],
  [0o12, 'link'],
  [0o10, 'file'],
  [0o6, 'block'],
  [0o4, 'directory'],
  [0o2, 'character'],
  [0o1, 'fifo'],
])

/** The kind of a file by its st_mode. */
export const typeOf = (mode: number): Stat['type'] => types.get(mode >> 12) ?? 'file'

/** Reads such a line; where a link points it does not tell. */
export const parseStat = (path: string, line: string): Stat => {
  const [mode = '', size, inode, device, links, uid = '', gid = '', ...rest] = line.split(' ')
  const [accessed = 0, modified = 0, changed = 0] = rest.slice(0, 3).map(Number)
  const [owner = '', group = ''] = rest.slice(3).join(' ').split(':')
  const bits = Number.parseInt(mode, 16)
  return {
    path,
    type: typeOf(bits),
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner: owner === 'UNKNOWN' ? uid : owner,
    group: group === 'UNKNOWN' ? gid : group,
    size: Number(size),
    inode: Number(inode),
    device: Number(device),
    links: Number(links),
    modified,
    accessed,
    changed,
  }
}
