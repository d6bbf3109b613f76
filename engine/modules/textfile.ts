import type { Stat } from '../connections/connection.ts'
import { Failure, messageOf } from '../failure.ts'
import { type RegularExpressionOptions, regularExpression } from '../vars/regularexpression.ts'
import { type Attributes, setAttributes } from './attributes.ts'
import { decode, encode } from './encoding.ts'
import type { Change, Host } from './module.ts'
import { replaceFile } from './replacefile.ts'

/**
 * A text file of the host. Bytes that are no text in the wanted encoding are kept as they are: the file is then
 * read byte by byte, and so are the texts that are compared with it.
 */
export type TextFile = {
  /** The file itself, links followed. */
  readonly path: string
  readonly stat: Stat | undefined
  readonly bytes: Buffer | undefined
  /** Its content; empty when there is no file. */
  readonly text: string
  /** A parameter's text as it has to stand in `text`. */
  readonly native: (text: string) => string
  readonly toBytes: (text: string) => Buffer
}

/** Of a file that has to be there. Its result has the `rc` by which playbooks know it. */
export const missingFile = (path: string, hint?: string): Failure =>
  new Failure('module.file', `there is no file ${path}`, { hint, told: { rc: 257 } })

export const openText = async (host: Host, name: string, encoding: string): Promise<TextFile> => {
  const { path, stat, content } = await host.open(name)
  if (stat && stat.type !== 'file') {
    throw new Failure('module.file', `${name} is a ${stat.type}, not a file`, { at: host.at, told: { rc: 256 } })
  }
  const bytes = content ?? Buffer.alloc(0)
  const file = { path, stat, bytes: content }
  const text = decode(bytes, encoding)
  if (text !== undefined) {
    return { ...file, text, native: (given) => given, toBytes: (changed) => encode(changed, encoding) }
  }
  return {
    ...file,
    text: bytes.toString('latin1'),
    native: (given) => encode(given, encoding).toString('latin1'),
    toBytes: (changed) => Buffer.from(changed, 'latin1'),
  }
}

export type TextEdit = {
  readonly attributes: Attributes
  readonly backup: boolean
  readonly validate?: string | undefined
  /** The file is written anew though its text is the same. */
  readonly force?: boolean
  /** A text of the file as a diff may show it: without its secrets. */
  readonly shown?: (text: string) => string
}

/** Yields the changes that give a text file its new text and its attributes; an unchanged text is not written, unless by `force`. */
export async function* saveText(
  host: Host,
  file: TextFile,
  text: string,
  { attributes, backup, validate, force, shown }: TextEdit,
): AsyncGenerator<Change, { isWritten: boolean; hasNewAttributes: boolean; backup_file?: string }, unknown> {
  const { path, stat, bytes } = file
  if (stat && text === file.text && !force) {
    return { isWritten: false, hasNewAttributes: yield* setAttributes(host, stat, attributes) }
  }
  const { told } = yield* replaceFile(host, {
    path,
    content: file.toBytes(text),
    old: stat,
    before: bytes,
    attributes,
    backup,
    validate,
    shown,
    makeDirectory: stat === undefined,
  })
  return { isWritten: true, hasNewAttributes: false, ...told }
}

/** A parameter's regular expression, in Python's syntax. Throws a Failure that names the parameter. */
export const expressionOf = (parameter: string, pattern: string, options: RegularExpressionOptions = {}): RegExp => {
  try {
    return regularExpression(pattern, options)
  } catch (thrown) {
    throw new Failure('module.parameter', `'${parameter}': ${messageOf(thrown)}`, {
      cause: thrown,
      hint: "regular expressions are Python's",
    })
  }
}
