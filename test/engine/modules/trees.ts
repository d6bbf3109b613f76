import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { extract } from 'tar-stream'

const digest = (content: string): string => createHash('sha1').update(content).digest('hex')

/** Salts are chance. */
const plainText = (content: string): string => content.replace(/\$apr1\$[^\s:]+/g, '$apr1$')

const archives: readonly (readonly [RegExp, string])[] = [
  [/\.zip$/, 'unzip -Z1 "$1" | sort; unzip -p "$1"'],
  [/\.(?:tar|tgz|tbz2|txz|tar\.\w+)$/, 'tar -tf "$1" | sort; tar -xOf "$1"'],
  [/\.gz$/, 'gzip -dc "$1"'],
]

/** What an archive holds, whichever program packed it; undefined for other files. */
const contentOfArchive = (path: string): string | undefined => {
  const [, command] = archives.find(([pattern]) => pattern.test(path)) ?? []
  if (command === undefined || !lstatSync(path).isFile()) return undefined
  const { stdout } = spawnSync('sh', ['-c', command, 'sh', path])
  return `archive of ${digest(stdout.toString('latin1'))}`
}

/** A tree of files: name to kind, mode, owners and content. */
export type Tree = ReadonlyMap<string, string>

/** Names that hold a time or chance, as both sides have them: of backups, of a case's directory, of temporary files. */
const plainName = (name: string): string =>
  name
    .replace(/\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/, '.backup')
    .replace(/prelude-case-\w{6}/, 'prelude-case')
    .replace(/^(ansible|build)\.\w{8}/, '$1.XXXXXXXX')

/** What a directory holds. */
export const treeOf = (root: string): Tree =>
  new Map(
    readdirSync(root, { recursive: true })
      .map(String)
      .filter((name) => !name.includes('.git/') && !name.endsWith('FETCH_HEAD'))
      .sort()
      .map((name) => {
        const path = join(root, name)
        const { mode, uid, gid } = lstatSync(path)
        const kind = mode & 0o170000
        const content = kind === 0o120000 ? readlinkSync(path) : kind === 0o100000 ? readFileSync(path, 'latin1') : ''
        const packed = contentOfArchive(path)
        const shown = packed ?? (content.length < 1000 ? plainText(content).replaceAll(root, '$ROOT') : digest(content))
        return [plainName(name), `${mode.toString(8)} ${uid}:${gid} ${shown}`]
      }),
  )

/** What a run made of a tree. What it left alone does not count: archives made for both sides differ by their second. */
export const changesOf = (before: Tree, after: Tree): string[] => [
  ...[...after].filter(([name, what]) => before.get(name) !== what).map(([name, what]) => `${name} ${what}`),
  ...[...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} is gone`),
]

/** What a tar archive holds. */
export const treeOfArchive = async (archive: Buffer): Promise<Tree> => {
  const entries = extract()
  entries.end(archive)
  const tree = new Map<string, string>()
  for await (const entry of entries) {
    const { name, type, mode = 0, uid, gid, linkname } = entry.header
    const content = await text(entry)
    const shown = linkname ?? (content.length < 2000 ? plainText(content) : digest(content))
    const path = name.replace(/^\.\//, '').replace(/\/$/, '')
    if (path !== '') tree.set(plainName(path), `${type} ${mode.toString(8)} ${uid}:${gid} ${shown}`)
  }
  return new Map([...tree].sort())
}
