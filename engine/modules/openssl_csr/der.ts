/** An element of DER: its tag, the whole of it with its head, and its content. */
export type Element = { readonly tag: number; readonly whole: Buffer; readonly content: Buffer }

/** The first element of some bytes. Throws an Error when they are no DER. */
export const element = (bytes: Buffer): Element => {
  const tag = bytes[0]
  const short = bytes[1]
  if (tag === undefined || short === undefined) throw new Error('the bytes end within an element')
  const extra = short & 0x80 ? short & 0x7f : 0
  if (extra > 4) throw new Error('an element is too large')
  const length = extra === 0 ? short : bytes.readUIntBE(2, extra)
  const start = 2 + extra
  if (bytes.length < start + length) throw new Error('the bytes end within an element')
  return { tag, whole: bytes.subarray(0, start + length), content: bytes.subarray(start, start + length) }
}

/** The elements that an element holds. */
export const children = ({ content }: Element): Element[] => {
  const found: Element[] = []
  for (let rest = content; rest.length > 0; ) {
    const next = element(rest)
    found.push(next)
    rest = rest.subarray(next.whole.length)
  }
  return found
}

/** The bytes of the first PEM block with that label; undefined when there is none. */
export const fromPem = (text: string, label: string): Buffer | undefined => {
  const block = new RegExp(`-----BEGIN (?:NEW )?${label}-----([A-Za-z0-9+/=\\s]+)-----END`).exec(text)?.[1]
  return block === undefined ? undefined : Buffer.from(block, 'base64')
}

/** Extensions by their object identifier (DER, in hex), each with all of its bytes. */
export type Extensions = ReadonlyMap<string, Buffer>

const extensionsOf = (list: Element | undefined): Extensions =>
  new Map(
    (list ? children(list) : []).map((extension) => [
      children(extension)[0]?.content.toString('hex') ?? '',
      extension.whole,
    ]),
  )

/** What a request for a certificate says; subject and key are DER. */
export type Request = {
  /** All that is signed. */
  readonly info: Buffer
  readonly subject: Buffer
  readonly key: Buffer
  readonly signatureAlgorithm: Buffer
  readonly extensions: Extensions
}

/** 1.2.840.113549.1.9.14, the attribute that holds the extensions of a request. */
const extensionRequest = '2a864886f70d01090e'

/** Reads a request; undefined for what is none. */
export const parseRequest = (text: string): Request | undefined => {
  const bytes = fromPem(text, 'CERTIFICATE REQUEST')
  if (!bytes) return undefined
  try {
    const [info, signature] = children(element(bytes))
    const [, subject, key, attributes] = info ? children(info) : []
    if (!info || !signature || !subject || !key) return undefined
    const asked = (attributes ? children(attributes) : [])
      .map(children)
      .find(([id]) => id?.content.toString('hex') === extensionRequest)?.[1]
    return {
      info: info.whole,
      subject: subject.whole,
      key: key.whole,
      signatureAlgorithm: signature.whole,
      extensions: extensionsOf(asked ? children(asked)[0] : undefined),
    }
  } catch {
    return undefined
  }
}

export type Certificate = {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly key: Buffer
  readonly extensions: Extensions
}

/** Reads a certificate; undefined for what is none. */
export const parseCertificate = (text: string): Certificate | undefined => {
  const bytes = fromPem(text, 'CERTIFICATE')
  if (!bytes) return undefined
  try {
    const [signed] = children(element(bytes))
    const parts = signed ? children(signed) : []
    // Version and extensions are tagged; the oldest certificates lack both.
    const [, , issuer, , subject, key] = parts.filter(({ tag }) => tag !== 0xa0)
    const tagged = parts.find(({ tag }) => tag === 0xa3)
    if (!issuer || !subject || !key) return undefined
    return {
      issuer: issuer.whole,
      subject: subject.whole,
      key: key.whole,
      extensions: extensionsOf(tagged ? children(tagged)[0] : undefined),
    }
  } catch {
    return undefined
  }
}
