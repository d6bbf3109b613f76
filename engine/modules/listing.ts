import { type Command, sh } from '../command.ts'
import type { Stat } from '../connections/connection.ts'
import type { Host } from './module.ts'

const types: Readonly<Record<string, Stat['type']>> = {
  f: 'file',
  d: 'directory',
  l: 'link',
  b: 'block',
  c: 'character',
  p: 'fifo',
  s: 'socket',
}

/** What find prints of each file; NUL ends each field, so names may hold anything. */
const format = ['%p', '%y', '%m', '%U', '%G', '%u', '%g', '%s', '%i', '%D', '%n', '%A@', '%T@', '%C@', '%l']
  .map((field) => `${field}\\0`)
  .join('')

/** Stands where a path would stand: paths begin with `/`. */
const endOfFiles = 'digests'

/** The files that find told of, with the digests that follow them. */
const parse = (output: Buffer): Stat[] => {
  const fields = output.toString().split('\0')
  const end = fields.findIndex((field, index) => index % 15 === 0 && field === endOfFiles)
  // `digest  path`, as sha1sum writes it.
  const digests = new Map(fields.slice(end + 1).map((line) => [line.slice(line.indexOf(' ') + 2), line]))
  const files: Stat[] = []
  for (let index = 0; index < end; index += 15) {
    const [path = '', kind = '', mode = '', uid, gid, owner = '', group = '', size, inode, device, links, ...rest] =
      fields.slice(index, index + 15)
    const [accessed, modified, changed, target = ''] = rest
    const type = types[kind] ?? 'link'
    files.push({
      path,
      type,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      gid: Number(gid),
      owner,
      group,
      size: Number(size),
      inode: Number(inode),
      device: Number(device),
      links: Number(links),
      accessed: Number(accessed),
      modified: Number(modified),
      changed: Number(changed),
      ...(type === 'link' ? { target } : {}),
      ...(type === 'file' && digests.has(path) ? { checksum: digests.get(path)!.split(' ')[0]! } : {}),
    })
  }
  return files
}

export type ListingOptions = {
  /** Follow links: of the paths themselves, and below them. */
  readonly follow?: boolean
  /** Compute the SHA-1 of regular files. */
  readonly checksum?: boolean
}

const atOnce = 500

/** Asks about many absolute paths in few round trips; those that are not there are not in the answer. */
export const statAll = async (
  host: Host,
  paths: readonly string[],
  { follow = false, checksum = false }: ListingOptions = {},
): Promise<Map<string, Stat>> => {
  const found = new Map<string, Stat>()
  for (let from = 0; from < paths.length; from += atOnce) {
    const some = paths.slice(from, from + atOnce)
    const digests = checksum ? sh`sha1sum -z -- ${some}` : sh`:`
    const output = await host.run(
      sh`find ${follow ? '-L' : '-P'} ${some} -maxdepth 0 -printf ${format}; printf '%s\\0' ${endOfFiles}; ${digests}`,
    )
    for (const stat of parse(output.stdout)) found.set(stat.path, stat)
  }
  return found
}

/** Everything at and below absolute paths, in find's order, in one round trip. `tests` are further arguments of find. */
export const listTree = async (
  host: Host,
  roots: readonly string[],
  { follow = false, checksum = false, tests = sh`` }: ListingOptions & { readonly tests?: Command } = {},
): Promise<Stat[]> => {
  const find = sh`find ${follow ? '-L' : '-P'} ${roots} ${tests}`
  const digests = checksum ? sh`${find} -type f -exec sha1sum -z -- {} +` : sh`:`
  const output = await host.run(sh`${find} -printf ${format}; printf '%s\\0' ${endOfFiles}; ${digests}`)
  return parse(output.stdout)
}
