import { posix } from 'node:path'
import type { Command } from '../../command.ts'
import { sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { listTree, statAll } from '../listing.ts'
import type { Host } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { withTemporary } from '../temporary.ts'
import { type Archive, ask, type Contents } from './archive.ts'

/** What tar would restore and zip does not hold; what the task sets itself does not count. */
const ownerDiffers = (wanted: Stat, found: Stat, { params }: Archive): string | undefined => {
  if (params.owner === undefined && wanted.uid !== found.uid) return 'Uid differs'
  if (params.group === undefined && wanted.gid !== found.gid) return 'Gid differs'
  const isOlder = wanted.type === 'file' && Math.floor(wanted.modified) !== Math.floor(found.modified)
  return isOlder ? 'Mod time differs' : undefined
}

const differenceOf = (wanted: Stat, found: Stat | undefined, archive: Archive): string | undefined => {
  const { params, kind } = archive
  if (!found) return 'missing'
  if (found.type !== wanted.type) return 'File type differs'
  if (params.keep_newer && found.modified > wanted.modified) return undefined
  if (found.checksum !== wanted.checksum) return 'Contents differ'
  if (found.target !== wanted.target) return 'Symlink differs'
  const hasMode = wanted.type === 'file' || (!kind.isZip && wanted.type === 'directory')
  if (params.mode === undefined && hasMode && found.mode !== wanted.mode) return 'Mode differs'
  return kind.isZip ? undefined : ownerDiffers(wanted, found, archive)
}

/**
 * What an archive holds, and what the directory does not have as it is there: found by unpacking it beside with `unpack`,
 * as the program itself cannot tell. Exit codes of it up to `highest` are warnings.
 */
export const comparedBeside = async (
  host: Host,
  archive: Archive,
  unpack: (directory: string) => Command,
  highest: number,
): Promise<Contents> => {
  const directory = (await runOrFail(host, sh`mktemp -d`)).trimEnd()
  return withTemporary(host, directory, async () => {
    await ask(host, archive, unpack(directory), highest)
    const unpacked = (await listTree(host, [directory], { checksum: true }))
      .filter(({ path }) => path !== directory)
      .sort((one, other) => (one.path < other.path ? -1 : 1))
    const nameOf = ({ path, type }: Stat) => path.slice(directory.length + 1) + (type === 'directory' ? '/' : '')
    const placeOf = (stat: Stat) => posix.join(archive.dest, nameOf(stat)).replace(/\/$/, '')
    const known = await statAll(host, unpacked.map(placeOf), { checksum: true })
    const differences = unpacked.flatMap((wanted) => {
      const what = differenceOf(wanted, known.get(placeOf(wanted)), archive)
      return what === undefined ? [] : [`${nameOf(wanted)}: ${what}`]
    })
    return { names: unpacked.map(nameOf), differences }
  })
}
