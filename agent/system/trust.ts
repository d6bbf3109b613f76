import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { BootImage, ImageStatement } from '../../schema/types.ts'
import { parseJson } from './json.ts'

/** What an initramfs trusts. It came with the initramfs, so nothing that arrives later can change it. */
export type Trust = {
  /** Ed25519 keys by their identifiers. */
  readonly keys: ReadonlyMap<string, KeyObject>
  /** When the initramfs was made. */
  readonly built: Date | undefined
  /** The image that it is part of. */
  readonly image: string | undefined
  /** NFS roots, `server:/path`, that nodes may take though nothing about them is signed. */
  readonly nfs: readonly string[]
}

export const trustDirectory = '/usr/lib/prelude/trust'

const readIfThere = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    // a key that cannot be read is there: going on without it would be going on without any
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })

const idOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)

const pems = (text: string): readonly string[] =>
  text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []

/** What the initramfs trusts; undefined when it has no keys. Throws 'image.trust' when they are there and cannot be used. */
export const readTrust = async (directory = trustDirectory): Promise<Trust | undefined> => {
  const text = await readIfThere(join(directory, 'site.pub'))
  if (text === undefined) return undefined
  const keys = new Map<string, KeyObject>()
  try {
    for (const pem of pems(text)) {
      const key = createPublicKey(pem)
      if (key.asymmetricKeyType === 'ed25519') keys.set(idOf(key), key)
    }
  } catch (cause) {
    throw new Failure('image.trust', `${directory}/site.pub holds a key that cannot be read`, { cause })
  }
  if (keys.size === 0) throw new Failure('image.trust', `${directory}/site.pub holds no Ed25519 key`)
  const [built, image, nfs] = await Promise.all(
    ['built', 'image', 'nfs'].map(async (name) => (await readIfThere(join(directory, name)))?.trim()),
  )
  const date = built ? new Date(built) : undefined
  if (date && Number.isNaN(date.getTime()))
    throw new Failure('image.trust', `${directory}/built is no time: '${built?.slice(0, 40)}'`)
  return { keys, built: date, image: image || undefined, nfs: nfs ? nfs.split(/\s+/) : [] }
}

/** Milliseconds by which the clocks of who builds and who signs may differ. */
const tolerance = 10 * 60_000

const again = (image: BootImage): string => `on the head node: provision image sign ${image.name}@${image.version}`

/**
 * Checks that a key of the initramfs signed this very image, and that the signature is good at this time. What the boot manifest says of the image is used only
 * after this. Throws 'image.signature'.
 */
export const verifyImage = (trust: Trust, image: BootImage, now: Date): ImageStatement => {
  const refuse = (why: string, hint: string): never => {
    throw new Failure('image.signature', `image ${image.name} is refused: ${why}`, { hint })
  }
  const { signed } = image
  if (!signed) return refuse('it is not signed, and this initramfs has keys', again(image))
  const text = Buffer.from(signed.statement)
  const known = signed.signatures.filter(({ key }) => trust.keys.has(key))
  if (known.length === 0) {
    const names = signed.signatures.map(({ key }) => key).join(', ') || 'nobody'
    return refuse(
      `it is signed by ${names}, and this initramfs trusts ${[...trust.keys.keys()].join(', ')}`,
      'build the image again, so that its initramfs gets the keys of this site, or put the former key back',
    )
  }
  const isGood = known.some(({ key, signature }) =>
    verify(null, text, trust.keys.get(key)!, Buffer.from(signature, 'base64')),
  )
  if (!isGood) return refuse('its signature is wrong: what was signed has been changed', again(image))
  const statement = parseJson<ImageStatement>(signed.statement, 'the signed statement')
  if (statement.type !== 'prelude image') return refuse('what was signed is no image', again(image))
  const other = (
    [
      ['name', image.name, statement.name],
      ['version', image.version, statement.version],
      ['digest', image.digest, statement.rootfs.digest],
      ['size', image.size, statement.rootfs.size],
      ['format', image.format, statement.format],
    ] as const
  ).find(([, said, signedFor]) => said !== signedFor)
  if (other)
    return refuse(`the boot manifest says ${other[0]} ${other[1]}, the signature is for ${other[2]}`, again(image))
  if (trust.image !== undefined && statement.name !== trust.image)
    return refuse(
      `this initramfs is of image ${trust.image}`,
      'let the node boot kernel and initramfs of its own image',
    )
  const made = Date.parse(statement.signed)
  if (trust.built && !(made >= trust.built.getTime() - tolerance))
    return refuse(
      `it was signed ${statement.signed}, before this initramfs was made (${trust.built.toISOString()}): an older version`,
      `if the older version is wanted, ${again(image)}`,
    )
  // the initramfs cannot be younger than now, whatever a clock or a boot manifest says
  const time = Math.max(now.getTime(), trust.built?.getTime() ?? 0)
  if (statement.expires !== undefined && !(time < Date.parse(statement.expires)))
    return refuse(`its signature expired ${statement.expires}`, again(image))
  return statement
}

/** NFS carries no signatures: a root over it is taken only when the initramfs itself names it. Throws 'image.signature'. */
export const checkNfsTrust = (trust: Trust, source: string): void => {
  if (trust.nfs.includes(source)) return
  throw new Failure(
    'image.signature',
    `the NFS root ${source} is refused: nothing signs it, and this initramfs has keys`,
    {
      hint: 'name it in agent_nfs_roots of the image and build the image again',
    },
  )
}
