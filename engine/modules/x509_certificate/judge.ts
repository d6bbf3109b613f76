import { type KeyObject, X509Certificate } from 'node:crypto'
import { type Certificate, type Extensions, parseCertificate, type Request } from '../openssl_csr/der.ts'

/** Identifiers of keys, which the signer may add: 2.5.29.14 and 2.5.29.35. */
export const subjectKeyIdentifier = '551d0e'
const identifiers = new Set([subjectKeyIdentifier, '551d23'])

const without = (extensions: Extensions): [string, Buffer][] => [...extensions].filter(([id]) => !identifiers.has(id))

const sameExtensions = (one: Extensions, other: Extensions): boolean => {
  const [a, b] = [without(one), without(other)]
  return a.length === b.length && a.every(([id, bytes]) => other.get(id)?.equals(bytes))
}

/** What a certificate has to be like. */
export type Wanted = {
  readonly request: Request
  /** The key that has to have signed it, and the subject of whom that is. */
  readonly signer: KeyObject
  readonly issuer: Buffer
}

/** Why a certificate is not as wanted; undefined when it is. */
export const fault = (text: string, { request, signer, issuer }: Wanted): string | undefined => {
  const read: Certificate | undefined = parseCertificate(text)
  if (!read) return 'is no certificate'
  if (!read.key.equals(request.key)) return 'has another key'
  if (!read.subject.equals(request.subject)) return 'has another subject'
  if (!sameExtensions(read.extensions, request.extensions)) return 'has other extensions'
  if (!read.issuer.equals(issuer) || !new X509Certificate(text).verify(signer)) return 'was signed by another'
  return undefined
}
