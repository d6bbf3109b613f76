import { createHash } from 'node:crypto'
import { pack as createArchive } from 'tar-stream'
import type { Entry } from './render.ts'

export type Packed = { readonly archive: Buffer; readonly digest: string }

/** Digest of what a node gets: paths, types, modes, targets, units and contents; not times. */
export const digestOfEntries = (entries: readonly Entry[]): string => {
  const hash = createHash('sha256')
  for (const { path, type, mode, target = '', units = [], content } of entries) {
    hash.update(`${JSON.stringify([path, type, mode, target, units, content.length])}\n`)
    hash.update(content)
  }
  return `sha256:${hash.digest('hex')}`
}

/** Entries as a tar archive; everything belongs to root. Units to tell stand in a record of the entry, for the runtime agent. */
export const packEntries = async (entries: readonly Entry[]): Promise<Packed> => {
  const archive = createArchive()
  const parts: Buffer[] = []
  const done = (async () => {
    for await (const part of archive) parts.push(part as Buffer)
  })()
  for (const { path, type, mode, modified, content, target, units } of entries) {
    const pax = units === undefined ? {} : { pax: { 'PRELUDE.units': units.join(' ') } }
    const header = {
      ...pax,
      name: path,
      mode,
      mtime: new Date(modified),
      uid: 0,
      gid: 0,
      uname: 'root',
      gname: 'root',
    }
    if (type === 'file') archive.entry({ ...header, type: 'file' }, content)
    else if (type === 'directory') archive.entry({ ...header, type: 'directory' })
    else archive.entry({ ...header, type: 'symlink', linkname: target ?? '' })
  }
  archive.finalize()
  await done
  return { archive: Buffer.concat(parts), digest: digestOfEntries(entries) }
}
