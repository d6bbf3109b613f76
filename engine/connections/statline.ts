import type { Found, Stat } from './connection.ts'

/**
 * What `stat -c` prints of a file, in one line. Names may hold spaces (those of a Windows domain do), but no colon. Fraction
 * digits are GNU's; busybox prints whole seconds for the same format.
 */
export const statFormat = '%f %s %i %d %h %u %g %.9X %.9Y %.9Z %b %o %t %T %U:%G'

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

/** A device's number of its major and minor one. */
const deviceOf = (major: number, minor: number): number => {
  const [high, low] = [(BigInt(major) & 0xfffff000n) << 32n, (BigInt(major) & 0xfffn) << 8n]
  return Number(high | ((BigInt(minor) & 0xffffff00n) << 12n) | low | (BigInt(minor) & 0xffn))
}

/** Reads such a line; where a link points it does not tell. */
export const parseStat = (path: string, line: string): Found => {
  const [mode = '', size, inode, device, links, uid = '', gid = '', ...rest] = line.split(' ')
  const [accessed = 0, modified = 0, changed = 0] = rest.slice(0, 3).map(Number)
  const [blocks, blockSize] = rest.slice(3, 5).map(Number)
  const [major = 0, minor = 0] = rest.slice(5, 7).map((number) => Number.parseInt(number, 16))
  const [owner = '', group = ''] = rest.slice(7).join(' ').split(':')
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
    blocks: blocks ?? 0,
    blockSize: blockSize ?? 0,
    rdev: deviceOf(major, minor),
  }
}
