import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import {
  type Certificate,
  children,
  type Extensions,
  element,
  parseCertificate,
  type Request,
} from '../openssl_csr/der.ts'
import type { Signer } from './sign.ts'

/** Identifiers of keys, which the signer may add: 2.5.29.14 and 2.5.29.35. */
export const subjectKeyIdentifier = '551d0e'
const identifiers = new Set([subjectKeyIdentifier, '551d23'])

const without = (extensions: Extensions): [string, Buffer][] => [...extensions].filter(([id]) => !identifiers.has(id))

const sameExtensions = (one: Extensions, other: Extensions): boolean => {
  const [a, b] = [without(one), without(other)]
  return a.length === b.length && a.every(([id, bytes]) => other.get(id)?.equals(bytes))
}

/** The identifier that an extension gives to the key; undefined without the extension. */
const identifierIn = (extensions: Extensions): Buffer | undefined => {
  const extension = extensions.get(subjectKeyIdentifier)
  const value = extension && children(element(extension)).at(-1)
  return value && element(value.content).content
}

/** The usual identifier of a key: the digest of its bits, whose first byte tells how many of the last are unused. */
const usualIdentifier = (key: Buffer): Buffer =>
  createHash('sha1')
    .update(children(element(key))[1]?.content.subarray(1) ?? '')
    .digest()

const isIdentified = ({ extensions }: Certificate, { request, identifier }: Wanted): boolean => {
  if (identifier === 'never_create') return true
  const asked = identifier === 'create_if_not_provided' ? identifierIn(request.extensions) : undefined
  return identifierIn(extensions)?.equals(asked ?? usualIdentifier(request.key)) ?? false
}

/** What a certificate has to be like. */
export type Wanted = {
  readonly request: Request
  /** The key that has to have signed it, and the subject of whom that is. */
  readonly signer: KeyObject
  readonly issuer: Buffer
  readonly identifier: Signer['subjectKeyIdentifier']
}

/** Why a certificate is not as wanted; undefined when it is. */
export const fault = (text: string, wanted: Wanted): string | undefined => {
  const { request, signer, issuer } = wanted
  const read: Certificate | undefined = parseCertificate(text)
  if (!read) return 'is no certificate'
  if (!read.key.equals(request.key)) return 'has another key'
  if (!read.subject.equals(request.subject)) return 'has another subject'
  if (!sameExtensions(read.extensions, request.extensions)) return 'has other extensions'
  if (!isIdentified(read, wanted)) return 'has another identifier of its key'
  if (!read.issuer.equals(issuer) || !new X509Certificate(text).verify(signer)) return 'was signed by another'
  return undefined
}
