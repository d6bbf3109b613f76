import { posix } from 'node:path'
import { type Command, sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { listTree, statAll } from '../listing.ts'
import type { Host } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { type Archive, ask } from './archive.ts'

const unpackInto = ({ path, params }: Archive, directory: string): Command => {
  const { extra_opts, include, exclude } = params
  return sh`unzip -qo ${extra_opts} ${path} ${include} ${exclude.length > 0 ? ['-x', ...exclude] : []} -d ${directory}`
}

const differenceOf = (wanted: Stat, found: Stat | undefined, { params }: Archive): string | undefined => {
  if (!found) return 'missing'
  if (found.type !== wanted.type) return 'File type differs'
  if (params.keep_newer && found.modified > wanted.modified) return undefined
  if (found.checksum !== wanted.checksum) return 'Contents differ'
  if (found.target !== wanted.target) return 'Symlink differs'
  return params.mode === undefined && wanted.type === 'file' && found.mode !== wanted.mode ? 'Mode differs' : undefined
}

/** Names in a zip archive, and what the directory does not have as it is there: found by unpacking it beside. */
export const zipDifferences = async (
  host: Host,
  archive: Archive,
): Promise<{ readonly names: string[]; readonly differences: string[] }> => {
  const directory = (await runOrFail(host, sh`mktemp -d`)).trimEnd()
  try {
    // 1 is a warning: the archive was made elsewhere, for example.
    await ask(host, archive, unpackInto(archive, directory), 1)
    const unpacked = (await listTree(host, [directory], { checksum: true })).filter(({ path }) => path !== directory)
    const nameOf = ({ path, type }: Stat) => path.slice(directory.length + 1) + (type === 'directory' ? '/' : '')
    const placeOf = (stat: Stat) => posix.join(archive.dest, nameOf(stat)).replace(/\/$/, '')
    const known = await statAll(host, unpacked.map(placeOf), { checksum: true })
    const differences = unpacked.flatMap((wanted) => {
      const what = differenceOf(wanted, known.get(placeOf(wanted)), archive)
      return what === undefined ? [] : [`${nameOf(wanted)}: ${what}`]
    })
    return { names: unpacked.map(nameOf), differences }
  } finally {
    await host.run(sh`rm -rf -- ${directory}`)
  }
}

export const unpackZip = (archive: Archive): Command => {
  const newer = archive.params.keep_newer ? ['-u'] : []
  return unpackInto(
    { ...archive, params: { ...archive.params, extra_opts: [...newer, ...archive.params.extra_opts] } },
    archive.dest,
  )
}
