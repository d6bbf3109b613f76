import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { LargeContent, Stat } from '../connections/connection.ts'
import { Failure } from '../failure.ts'
import { type Attributes, describe, setAttributes } from './attributes.ts'
import { makeAbove } from './makedirectories.ts'
import { octal } from './mode.ts'
import type { Change, Host, Result } from './module.ts'
import { realPath, statAfter } from './paths.ts'
import { replaceFile } from './replacefile.ts'

export type Deployment = {
  readonly content: Buffer | LargeContent
  /** Where to: a directory takes the file under `name`. */
  readonly dest: string
  readonly name?: string
  readonly attributes: Attributes
  /** Permission bits of the source, for the mode `preserve`. */
  readonly sourceMode?: number | undefined
  /** Permission bits of directories that are made when `dest` ends with `/`. */
  readonly directoryMode?: string | undefined
  readonly force: boolean
  readonly follow: boolean
  readonly backup: boolean
  readonly validate?: string | undefined
}

type Target = { readonly path: string; readonly old: Stat | undefined }

/** The file that a deployment is about, and what is there. One round trip, two when `dest` is a directory or a link. */
const targetOf = async (host: Host, { dest, name, follow }: Deployment): Promise<Target> => {
  const look = (path: string, through: boolean) => host.stat(path, { follow: through, checksum: 'sha1' })
  if (dest.endsWith('/')) {
    if (name === undefined) throw new Failure('module.file', `${dest} is a directory: the content needs a file's path`)
    const path = posix.join(dest, name)
    return { path, old: await look(path, follow) }
  }
  const found = await look(dest, follow)
  const directory = found?.type === 'link' ? await host.stat(dest, { follow: true }) : found
  if (directory?.type !== 'directory') return { path: dest, old: found }
  if (name === undefined) throw new Failure('module.file', `${dest} is a directory: the content needs a file's path`)
  const path = posix.join(dest, name)
  return { path, old: await look(path, follow) }
}

/** Bytes of which an MD5 is told, as Ansible does "when supported": of gigabytes it takes longer than sending them. */
const largestForMd5 = 64 * 2 ** 20

const md5Of = async (content: Buffer | LargeContent): Promise<string | null> => {
  const hash = createHash('md5')
  if (Buffer.isBuffer(content)) hash.update(content)
  else if (content.size > largestForMd5) return null
  else for await (const piece of content.open()) hash.update(piece)
  return hash.digest('hex')
}

/** Brings content to a file on the host, as copy and template do: nothing is sent when the checksums agree. */
export async function* deploy(host: Host, deployment: Deployment): AsyncGenerator<Change, Result, unknown> {
  const { content, dest, force, follow, backup, validate, sourceMode } = deployment
  const attributes =
    deployment.attributes.mode === 'preserve'
      ? { ...deployment.attributes, mode: octal(sourceMode ?? 0o644) }
      : deployment.attributes
  const { path: given, old } = await targetOf(host, deployment)
  const path = old && follow ? await realPath(host, given) : given
  if (old?.type === 'directory') throw new Failure('module.file', `${path} is a directory, not a file`)
  const checksum = 'sha1' in content ? content.sha1 : createHash('sha1').update(content).digest('hex')
  const told = { dest: path, path, checksum }
  if (old && !force) return { dest: path, path, ...describe(old) }
  if (old?.checksum === checksum) {
    const isChanged = yield* setAttributes(host, old, attributes)
    return { ...told, ...describe(isChanged ? await statAfter(host, path, old) : old) }
  }
  if (!old && dest.endsWith('/')) yield* makeAbove(host, path, attributes, deployment.directoryMode)
  const md5 = md5Of(content) // while it is on its way
  md5.catch(() => {})
  const replaced = yield* replaceFile(host, {
    path,
    content,
    old: old?.type === 'link' ? undefined : old,
    attributes,
    backup,
    validate,
  })
  const now = replaced.stat ?? (await statAfter(host, path, old))
  return { ...told, md5sum: await md5, ...replaced.told, ...(now ? describe(now) : {}) }
}
