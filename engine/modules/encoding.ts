import { Failure } from '../failure.ts'

const encodings: Readonly<Record<string, BufferEncoding>> = {
  utf8: 'utf8',
  ascii: 'latin1',
  usascii: 'latin1',
  latin1: 'latin1',
  iso88591: 'latin1',
  utf16le: 'utf16le',
}

const find = (name: string): BufferEncoding => {
  const encoding = encodings[name.toLowerCase().replace(/[-_ ]/g, '')]
  if (encoding) return encoding
  throw new Failure('module.parameter', `the encoding '${name}' is not known`, {
    hint: 'known: utf-8, ascii, latin-1, utf-16-le',
  })
}

/** A text in an encoding by Python's name for it. Throws a Failure when the encoding is not known. */
export const encode = (text: string, name: string): Buffer => Buffer.from(text, find(name))

/** The text of bytes in an encoding by Python's name for it. */
export const decode = (bytes: Buffer, name: string): string => bytes.toString(find(name))
