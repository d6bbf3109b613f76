import { createHash } from 'node:crypto'
import { isAbsolute, join, posix } from 'node:path'
import type { FetchParameters } from '../../../schema/types.ts'
import type { LargeContent, Stat } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { contentDiff, type Shown } from '../contentdiff.ts'
import { sha1Of, sourceOf } from '../copy/source.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import schema from './fetch.schema.json' with { type: 'json' }
import { pieceSize, piecesOf } from './pieces.ts'

/** Where on the controller the file comes to; a relative path begins at the playbook. */
const placeOf = async (host: Host, { src, dest, flat }: FetchParameters): Promise<string> => {
  const base = host.controller.scope.get('playbook_dir')
  const root = isAbsolute(dest) || typeof base !== 'string' ? dest : `${base}/${dest}`
  if (!flat) return join(root, host.name, posix.normalize(src))
  if (root.endsWith('/')) return join(root, posix.basename(src))
  if ((await host.controller.stat(root))?.type !== 'directory') return root
  throw new Failure('module.file', `${dest} is a directory on the controller`, {
    hint: `write '${dest}/' to fetch the file into it`,
  })
}

/** What the controller has; a vault stands for itself. */
const formerOf = async (host: Host, dest: string): Promise<Buffer | LargeContent | undefined> =>
  (await host.controller.stat(dest)) && sourceOf(host, dest, false)

const md5Of = async (content: Buffer | LargeContent): Promise<string> => {
  const hash = createHash('md5')
  for await (const piece of Buffer.isBuffer(content) ? [content] : content.open()) hash.update(piece)
  return hash.digest('hex')
}

const shown = (content: Buffer | LargeContent | undefined): Shown | undefined =>
  content === undefined || Buffer.isBuffer(content) ? content : content.size

/** Writes what comes to the controller; returns its MD5. Throws a Failure, and leaves what was there, for another checksum. */
const receive = async (
  host: Host,
  { src, validate_checksum }: FetchParameters,
  dest: string,
  { size, checksum }: Pick<Stat, 'size' | 'checksum'>,
  content: Buffer | undefined,
): Promise<string> => {
  const [sha1, md5] = [createHash('sha1'), createHash('md5')]
  const checked = async function* () {
    for await (const piece of content ? [content] : piecesOf(host, src, size)) {
      sha1.update(piece)
      md5.update(piece)
      yield piece
    }
    if (!validate_checksum || sha1.digest('hex') === checksum) return
    throw new Failure('module.checksum', `${src} changed while it was fetched`, { hint: 'try again' })
  }
  await host.controller.write(dest, checked())
  return md5.digest('hex')
}

export const fetch = module<FetchParameters>('fetch', schema as ModuleSchema, async function* (host, params) {
  const { src, fail_on_missing } = params
  const stat = await host.stat(src, { follow: true, checksum: 'sha1' })
  if (stat?.type !== 'file') {
    const message = stat ? `${src} is a ${stat.type}, not a file` : `${src} is not there`
    if (fail_on_missing) throw new Failure('module.file', message, { hint: 'or set fail_on_missing: false' })
    return { changed: false, file: src, msg: `${message}: not fetched` }
  }
  const dest = await placeOf(host, params)
  const former = await formerOf(host, dest)
  const checksum = stat.checksum ?? ''
  if (former && sha1Of(former) === checksum) return { file: src, dest, checksum, md5sum: await md5Of(former) }
  const isLarge = stat.size > pieceSize
  const content = isLarge || (host.check && !host.diff) ? undefined : await host.read(src)
  const md5sum = yield* change({
    what: `fetch ${src} to ${dest}`,
    diff: contentDiff(dest, shown(former), isLarge ? stat.size : content),
    apply: () => receive(host, params, dest, stat, content),
  })
  return { file: src, dest, checksum, remote_checksum: checksum, md5sum: md5sum ?? null, remote_md5sum: null }
})
