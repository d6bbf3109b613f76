import { Failure } from '../failure.ts'

/** How texts of an encoding become bytes; undefined for a text that has no bytes in it. */
type Encoding = {
  readonly decode: (bytes: Buffer) => string
  readonly encode: (text: string) => Buffer | undefined
}

const native = (name: BufferEncoding): Encoding => ({
  decode: (bytes) => bytes.toString(name),
  encode: (text) => Buffer.from(text, name),
})

/** UTF-16 in the other order of bytes. */
const utf16be: Encoding = {
  decode: (bytes) =>
    Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le'),
  encode: (text) => Buffer.from(text, 'utf16le').swap16(),
}

/** With a mark of the order of bytes at its beginning, as Python writes it. */
const utf16: Encoding = {
  decode: (bytes) => (bytes.length === 0 ? '' : bytes.toString('utf16le', bytes.readUInt8(0) === 0xff ? 2 : 0)),
  encode: (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
}

/** An encoding in which each character is a byte; `characters` are those of the bytes from 0 on. */
const singleByte = (characters: readonly string[]): Encoding => {
  const bytes = new Map(characters.map((character, byte) => [character, byte]))
  return {
    decode: (content) => Array.from(content, (byte) => characters[byte] ?? '\ufffd').join(''),
    encode(text) {
      const encoded = Array.from(text, (character) => bytes.get(character))
      return encoded.includes(undefined) ? undefined : Buffer.from(encoded as number[])
    },
  }
}

const codePoints = (count: number): string[] => Array.from({ length: count }, (_, code) => String.fromCharCode(code))

const own: Readonly<Record<string, () => Encoding>> = {
  utf8: () => native('utf8'),
  ascii: () => singleByte(codePoints(0x80)),
  usascii: () => singleByte(codePoints(0x80)),
  latin1: () => singleByte(codePoints(0x100)),
  iso88591: () => singleByte(codePoints(0x100)),
  utf16: () => utf16,
  utf16le: () => native('utf16le'),
  utf16be: () => utf16be,
}

/** The other encodings of a byte a character that Node knows, by the names of the WHATWG. */
const known = (name: string): Encoding | undefined => {
  for (const label of [name, name.replace(/^(?:cp|windows)-?(?=125\d$)/, 'windows-')]) {
    try {
      const decoder = new TextDecoder(label)
      if (!/^(?:iso-8859-|windows-125|koi8-|ibm866$)/.test(decoder.encoding)) continue
      return singleByte(Array.from({ length: 0x100 }, (_, byte) => decoder.decode(Uint8Array.of(byte))))
    } catch {} // not a name of an encoding
  }
  return undefined
}

const find = (name: string): Encoding => {
  const plain = name.toLowerCase().replace(/[-_ ]/g, '')
  const encoding = Object.hasOwn(own, plain) ? own[plain]?.() : known(plain)
  if (encoding) return encoding
  throw new Failure('module.parameter', `the encoding '${name}' is not known`, {
    hint: 'known: utf-8, ascii, latin-1, utf-16, iso-8859-15, cp1252 and their kin',
  })
}

/** A text in an encoding by Python's name for it. Throws a Failure when the encoding is not known, or has no bytes for the text. */
export const encode = (text: string, name: string): Buffer => {
  const { encode } = find(name)
  const bytes = encode(text)
  if (bytes) return bytes
  const missing = Array.from(text).find((character) => !encode(character)) ?? ''
  throw new Failure('module.parameter', `the encoding '${name}' has no character '${missing}'`, {
    hint: 'utf-8 has all characters',
  })
}

/** The text of bytes in an encoding by Python's name for it; undefined when they are no text in it. */
export const decode = (bytes: Buffer, name: string): string | undefined => {
  const encoding = find(name)
  const text = encoding.decode(bytes)
  return encoding.encode(text)?.equals(bytes) ? text : undefined
}
