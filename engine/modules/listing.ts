import { type Command, sh } from '../command.ts'
import type { Stat } from '../connections/connection.ts'
import type { Host } from './module.ts'
import { plainDigests, plainFind, unknownPrintf } from './plainfind.ts'
import { tidy } from './runorfail.ts'

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
const endOfFiles = 'end'

/** Where the fields of files end in an output. */
const endOf = (output: Buffer): number => {
  const mark = Buffer.from(`${endOfFiles}\0`)
  if (output.subarray(0, mark.length).equals(mark)) return 0
  return output.indexOf(Buffer.from(`\0${endOfFiles}\0`)) + 1
}

/** The files that find told of, with the digests that follow them. */
const parse = (output: Buffer): Stat[] => {
  const end = endOf(output)
  // `digest  path`, as sha1sum writes it.
  const lines = output.toString('utf8', end).split('\0').slice(1)
  const digests = new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 2), line]))
  const fields = output.toString('utf8', 0, end).split('\0')
  const files: Stat[] = []
  for (let index = 0; index + 15 < fields.length + 1; index += 15) {
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
  /** Follow links: all, or only the given paths themselves. */
  readonly follow?: boolean | 'given'
  /** Compute the SHA-1 of regular files. */
  readonly checksum?: boolean
}

const flagOf = (follow: boolean | 'given'): string => (follow === 'given' ? '-H' : follow ? '-L' : '-P')

const atOnce = 500

type Search = {
  /** A command of find without an action; `depth` are tests that come after what it has. */
  readonly find: (depth?: Command) => Command
  readonly follow: boolean | 'given'
  /** Prints digests as `sha1sum -z` does. */
  readonly digests: Command | undefined
}

/** Prints what follows the fields of the files. */
const ending = (digests: Command | undefined): Command => sh`printf '%s\\0' ${endOfFiles}; ${digests ?? sh`:`}`

/** Asks what find tells of the files; in a second round trip where it cannot tell it by itself. */
const ask = async (host: Host, { find, follow, digests }: Search): Promise<Stat[]> => {
  const output = await host.run(sh`${find()} -printf ${format}; ${ending(digests)}`, tidy)
  if (!output.stderr.includes(unknownPrintf)) return parse(output.stdout)
  const files =
    follow === 'given'
      ? sh`${plainFind(find(sh`-maxdepth 0`), true)}; ${plainFind(find(sh`-mindepth 1`), false)}`
      : plainFind(find(), follow)
  return parse((await host.run(sh`${files}; ${ending(digests && plainDigests(find()))}`, tidy)).stdout)
}

/** Asks about many absolute paths in few round trips; those that are not there are not in the answer. */
export const statAll = async (
  host: Host,
  paths: readonly string[],
  { follow = false, checksum = false }: ListingOptions = {},
): Promise<Map<string, Stat>> => {
  const found = new Map<string, Stat>()
  for (let from = 0; from < paths.length; from += atOnce) {
    const some = paths.slice(from, from + atOnce)
    const find = (depth = sh``) => sh`find ${flagOf(follow)} ${some} -maxdepth 0 ${depth}`
    const digests = checksum ? sh`sha1sum -z -- ${some}` : undefined
    for (const stat of await ask(host, { find, follow, digests })) found.set(stat.path, stat)
  }
  return found
}

/** Everything at and below absolute paths, in one round trip. `tests` are further arguments of find. */
export const listTree = (
  host: Host,
  roots: readonly string[],
  { follow = false, checksum = false, tests = sh`` }: ListingOptions & { readonly tests?: Command } = {},
): Promise<Stat[]> => {
  const find = (depth = sh``) => sh`find ${flagOf(follow)} ${roots} ${tests} ${depth}`
  return ask(host, { find, follow, digests: checksum ? sh`${find()} -type f -exec sha1sum -z -- {} +` : undefined })
}
