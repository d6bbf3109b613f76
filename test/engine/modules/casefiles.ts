import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'

/** A file of a case: its text, or what it is. A name that ends with `/` is a directory; null is nothing at all. */
export type CaseFile =
  | string
  | null
  | {
      readonly content?: string
      readonly base64?: string
      readonly link?: string
      readonly mode?: string
      readonly owner?: number
      readonly group?: number
      /** Seconds since 1970. */
      readonly modified?: number
    }

export type CaseFiles = Readonly<Record<string, CaseFile>>

export const writeFiles = (directory: string, files: CaseFiles = {}) => {
  for (const [name, file] of Object.entries(files)) {
    const path = join(directory, name)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    const { content, base64, link, mode, owner, group, modified } =
      typeof file === 'string' ? { content: file } : (file ?? {})
    if (link !== undefined) symlinkSync(link, path)
    else if (!name.endsWith('/')) writeFileSync(path, base64 ? Buffer.from(base64, 'base64') : (content ?? ''))
    if (link === undefined) chmodSync(path, Number.parseInt(mode ?? (name.endsWith('/') ? '755' : '644'), 8))
    if (owner !== undefined || group !== undefined) {
      lchownSync(path, owner ?? 0, group ?? 0)
    }
    if (modified !== undefined) utimesSync(path, modified, modified)
  }
}

const zeros = Buffer.alloc(2 ** 20)
const piece = Buffer.alloc(zeros.length)

/** A digest of a file's content. Files that are disks are mostly holes: of a mebibyte of zeros only that it is there counts. */
const contentDigest = (path: string): string => {
  const hash = createHash('sha1')
  const file = openSync(path, 'r')
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece))
      hash.update(read === piece.length && piece.equals(zeros) ? 'a piece of zeros' : piece.subarray(0, read))
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

/** Everything of a tree that a module can change, as text: a line for each file. */
export const snapshot = (root: string, withTimes = true): string[] => {
  const names = ['.', ...readdirSync(root, { recursive: true }).map(String).sort()]
  return names.map((name) => {
    const path = join(root, name)
    const { mode, uid, gid, mtimeMs, ino } = lstatSync(path)
    const kind = mode & 0o170000
    const content = kind === 0o120000 ? readlinkSync(path) : kind === 0o100000 ? contentDigest(path) : ''
    return [name, mode.toString(8), uid, gid, withTimes ? mtimeMs : '', ino, content].join(' ')
  })
}

export const checkUntouched = (now: readonly string[], before: readonly string[], message: string): void => {
  const changed = [...before.filter((line) => !now.includes(line)), ...now.filter((line) => !before.includes(line))]
  assert.equal(changed, [], message)
}

export const checkFiles = (root: string, files: CaseFiles = {}) => {
  for (const [name, file] of Object.entries(files)) {
    const path = join(root, name)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (file === null && !name.endsWith('/')) {
      assert.is(found, undefined, `${name} is not there`)
      continue
    }
    assert.ok(found, `${name} is there (found: ${readdirSync(root, { recursive: true }).join(' ')})`)
    const { content, base64, link, mode, owner, group, modified } =
      typeof file === 'string' ? { content: file } : (file ?? {})
    if (name.endsWith('/')) assert.ok(found.isDirectory(), `${name} is a directory`)
    if (content !== undefined) assert.is(readFileSync(path, 'utf8'), content, `content of ${name}`)
    if (base64 !== undefined) assert.is(readFileSync(path, 'base64'), base64, `content of ${name}`)
    if (link !== undefined) assert.is(readlinkSync(path), link, `target of ${name}`)
    if (mode !== undefined) assert.is((found.mode & 0o7777).toString(8), mode.replace(/^0+/, ''), `mode of ${name}`)
    if (owner !== undefined) assert.is(found.uid, owner, `owner of ${name}`)
    if (group !== undefined) assert.is(found.gid, group, `group of ${name}`)
    if (modified !== undefined) assert.is(Math.floor(found.mtimeMs / 1000), modified, `time of ${name}`)
  }
}
