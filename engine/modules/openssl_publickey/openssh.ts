import type { KeyObject } from 'node:crypto'
import { Failure } from '../../failure.ts'

const field = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** A whole number as SSH's wire format has it: a leading zero keeps it from being negative. */
const number = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'base64url')
  return field((bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes)
}

const curves: Readonly<Record<string, string>> = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' }

/** A public key as OpenSSH writes it. Throws a Failure for a kind that OpenSSH does not have. */
export const openSshKey = (key: KeyObject): string => {
  const { kty, crv = '', n = '', e = '', x = '', y = '' } = key.export({ format: 'jwk' })
  const line = (type: string, ...parts: Buffer[]) =>
    `${type} ${Buffer.concat([field(Buffer.from(type)), ...parts]).toString('base64')}`
  if (kty === 'RSA') return line('ssh-rsa', number(e), number(n))
  if (kty === 'OKP' && crv === 'Ed25519') return line('ssh-ed25519', field(Buffer.from(x, 'base64url')))
  const curve = curves[crv]
  if (kty !== 'EC' || curve === undefined) {
    throw new Failure('module.key', `OpenSSH has no keys of the kind ${key.asymmetricKeyType} ${crv}`.trim())
  }
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return line(`ecdsa-sha2-${curve}`, field(Buffer.from(curve)), field(point))
}
