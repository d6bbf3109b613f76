import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { extract } from 'tar-stream'

const digest = (content: string): string => createHash('sha1').update(content).digest('hex')

/**
 * Chance within texts: salts, identifiers, when a crontab was installed or a password changed; and the checksum of a key's
 * text, which may be left out.
 */
const chances: readonly (readonly [RegExp, string])[] = [
  [/\$apr1\$[^\s:]+/g, '$apr1$'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID'],
  [/(?<=^[^:\n]+:[^:\n]*:)\d{5}(?=(?::\d*){3}:)/gm, 'DAY'],
  [/^# \(.* installed on .*\)$/gm, '# (installed)'],
  [/^=[\w+/]{4}\n(?=-----END PGP)/gm, ''],
]

/** A text without what is chance; of a long one its digest. */
const plainText = (content: string): string => {
  const text = chances.reduce((before, [pattern, plain]) => before.replace(pattern, () => plain), content)
  return text.length < 2000 ? text : digest(text)
}

const archives: readonly (readonly [RegExp, string])[] = [
  [/\.zip$/, 'unzip -Z1 "$1" | sort; unzip -p "$1"'],
  [/\.(?:tar|tgz|tbz2|txz|tar\.\w+)$/, 'tar -tf "$1" | sort; tar -xOf "$1"'],
  [/\.gz$/, 'gzip -dc "$1"'],
]

/** What an archive holds, whichever program packed it; undefined for other files. */
const contentOfArchive = (path: string): string | undefined => {
  const [, command] = archives.find(([pattern]) => pattern.test(path)) ?? []
  if (command === undefined) return undefined
  const { stdout } = spawnSync('sh', ['-c', command, 'sh', path])
  return `archive of ${digest(stdout.toString('latin1'))}`
}

// Of certificates and the like: what they say, in whatever order, but for keys, signatures, their identifiers and times.
const pems: readonly (readonly [RegExp, string])[] = [
  [/^-----BEGIN CERTIFICATE REQUEST/, 'openssl req -noout -text -reqopt no_pubkey,no_sigdump'],
  [/^-----BEGIN CERTIFICATE-/, 'openssl x509 -noout -text -certopt no_pubkey,no_sigdump,no_serial,no_validity'],
  [/^-----BEGIN (?:\w+ )?PRIVATE KEY/, 'openssl pkey -noout -text -passin pass: | grep -v "^ "'],
  [/^-----BEGIN PUBLIC KEY/, 'openssl pkey -pubin -noout -text | grep -v "^ "'],
  [/^-----BEGIN DH PARAMETERS/, 'openssl dhparam -noout -text | grep -v "^ "'],
]

/** What a certificate, request or key holds; undefined for other files. */
const contentOfPem = (content: string): string | undefined => {
  const [, command] = pems.find(([pattern]) => pattern.test(content)) ?? []
  if (command === undefined) return undefined
  const { stdout } = spawnSync('sh', ['-c', command], { input: content, encoding: 'utf8' })
  const lines = stdout.split('\n').filter((line) => !/^ *(?:[0-9A-Fa-f]{2}:)+/.test(line))
  return [content.split('\n', 1)[0], ...lines.sort()].join('\n')
}

// Of disks: their file system, its size, their partitions, but for identifiers.
const disk = `
blkid -p -o export -s TYPE -s LABEL -s PTTYPE "$1" | grep -v ^DEVNAME
dumpe2fs -h "$1" 2>/dev/null | grep '^Block [cs]'
sfdisk -d "$1" 2>/dev/null | sed '/^label-id\\|^device/d; s/^.* : //; s/, uuid=[^,]*//'`

/** What a disk holds. */
const contentOfDisk = (path: string): string => spawnSync('sh', ['-c', disk, 'sh', path], { encoding: 'utf8' }).stdout

/** A file of this size is a disk. */
const isDisk = ({ size }: Stats): boolean => size >= 8 * 2 ** 20

const digestOfFile = (path: string): string => execFileSync('sha1sum', ['--', path], { encoding: 'utf8' })

/** A file as it is shown: its kind, mode, owners and content, without what is chance; and exactly, to see whether it was changed. */
type Entry = { readonly shown: string; readonly exact: string }

/** A tree of files by their names. */
export type Tree = ReadonlyMap<string, Entry>

/** Names that hold a time or chance, as both sides have them: of backups, of a case's directory, of temporary files. */
const plainName = (name: string): string =>
  name
    .replace(/\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/, '.backup')
    .replace(/prelude-case-\w{6}/, 'prelude-case')
    .replace(/^(ansible|build)\.\w{8}/, '$1.XXXXXXXX')

/** What a file holds, as it is compared and exactly; a directory holds nothing by itself. */
const contentsOf = (path: string, stat: Stats, root: string): readonly [string, string] => {
  if (stat.isSymbolicLink()) return [readlinkSync(path).replaceAll(root, '$ROOT'), readlinkSync(path)]
  if (!stat.isFile()) return ['', '']
  if (isDisk(stat)) return [`${stat.size} ${contentOfDisk(path)}`, digestOfFile(path)]
  const content = readFileSync(path, 'latin1')
  const packed = contentOfArchive(path) ?? contentOfPem(content)
  return [packed ?? plainText(content.replaceAll(root, '$ROOT')), content]
}

/** What a directory holds. */
export const treeOf = (root: string): Tree =>
  new Map(
    readdirSync(root, { recursive: true })
      .map(String)
      .filter((name) => !name.includes('.git/') && !name.endsWith('FETCH_HEAD'))
      .sort()
      .map((name) => {
        const path = join(root, name)
        const stat = lstatSync(path)
        const head = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`
        const [shown, exact] = contentsOf(path, stat, root)
        return [plainName(name), { shown: `${head} ${shown}`, exact: `${head} ${exact}` }]
      }),
  )

/** What a run made of a tree. What it left alone does not count: archives made for both sides differ by their second. */
export const changesOf = (before: Tree, after: Tree): string[] => [
  ...[...after]
    .filter(([name, { exact }]) => before.get(name)?.exact !== exact)
    .map(([name, { shown }]) => `${name} ${shown}`),
  ...[...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} is gone`),
]

/** What a tar archive holds. */
export const treeOfArchive = async (archive: Buffer): Promise<Tree> => {
  const entries = extract()
  entries.end(archive)
  const tree = new Map<string, Entry>()
  for await (const entry of entries) {
    const { name, type, mode = 0, uid, gid, linkname } = entry.header
    const content = await text(entry)
    const shown = linkname ?? plainText(content)
    const path = name.replace(/^\.\//, '').replace(/\/$/, '')
    const head = `${type} ${mode.toString(8)} ${uid}:${gid}`
    if (path !== '') tree.set(plainName(path), { shown: `${head} ${shown}`, exact: `${head} ${linkname ?? content}` })
  }
  return new Map([...tree].sort())
}
