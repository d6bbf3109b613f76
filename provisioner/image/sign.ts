import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { ImageStatement, Signed } from '../../schema/types.ts'
import type { State } from '../state.ts'
import { canonical, digestOf } from '../store/digest.ts'
import { replaceFile } from '../store/replace.ts'
import { type Image, signedFileOf } from './images.ts'

/** Identifier of a public key: the first 16 hex digits of the digest of its DER. */
const idOf = (key: KeyObject): string =>
  digestOf(key.export({ type: 'spki', format: 'der' })).slice('sha256:'.length, 'sha256:'.length + 16)

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

const read = async (directory: string, ending: string): Promise<readonly string[]> => {
  const names = (await readdir(directory).catch(() => [] as string[])).filter((name) => name.endsWith(ending)).sort()
  return Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))
}

const ed25519 = (key: KeyObject, directory: string): KeyObject => {
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new Failure('image.key', `a key in ${directory} is ${key.asymmetricKeyType}, not ed25519`, {
    hint: 'make one with: openssl genpkey -algorithm ed25519',
  })
}

const directoryOf = (state: State): string => join(state.directory, 'signing')

/** The keys that sign: every `*.key` of the directory `signing`. The first one is made when there is none (mode 0600). */
const privateKeys = async (state: State): Promise<readonly KeyObject[]> => {
  const directory = directoryOf(state)
  const found = await read(directory, '.key')
  if (found.length > 0) return found.map((pem) => ed25519(createPrivateKey(pem), directory))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  await replaceFile(join(directory, 'site.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await replaceFile(join(directory, 'site.pub'), pemOf(publicKey), 0o644)
  return [privateKey]
}

export type TrustedKey = { readonly id: string; readonly pem: string }

/** The keys that an initramfs of the site trusts: those that sign, and every `*.pub` (the next key, one kept elsewhere). */
export const trustedKeys = async (state: State): Promise<readonly TrustedKey[]> => {
  const signing = (await privateKeys(state)).map((key) => createPublicKey(key))
  const directory = directoryOf(state)
  const others = (await read(directory, '.pub')).map((pem) => ed25519(createPublicKey(pem), directory))
  const keys = new Map([...signing, ...others].map((key) => [idOf(key), pemOf(key)]))
  return [...keys].map(([id, pem]) => ({ id, pem }))
}

export type SignOptions = {
  /** When the signature stops being good; never when absent. */
  readonly expires?: Date | undefined
  readonly now?: Date
}

/**
 * Signs a version with every key of the site, in place of its former signature. Signing an older version again is how a
 * rollback is wanted: an initramfs refuses what was signed before it was made.
 */
export const signImage = async (state: State, image: Image, options: SignOptions = {}): Promise<Image> => {
  const { expires, now = new Date() } = options
  const { name, created, rootfs, format = 'squashfs' } = image.manifest
  const statement: ImageStatement = {
    type: 'prelude image',
    name,
    version: image.version,
    created,
    rootfs,
    format,
    signed: now.toISOString(),
    ...(expires === undefined ? {} : { expires: expires.toISOString() }),
  }
  const text = canonical(statement)
  const signatures = (await privateKeys(state)).map((key) => ({
    key: idOf(createPublicKey(key)),
    signature: sign(null, Buffer.from(text), key).toString('base64'),
  }))
  const signed: Signed = { statement: text, signatures }
  await replaceFile(signedFileOf(state, image), JSON.stringify(signed), 0o644)
  return { ...image, signed }
}
