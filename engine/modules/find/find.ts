import type { FindParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import type { Stat } from '../../connections/connection.ts'
import { float } from '../../vars/value.ts'
import { listTree } from '../listing.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { permissions } from '../stat/permissions.ts'
import { expressionOf } from '../textfile.ts'
import { fitsAttributes, namesFit } from './criteria.ts'
import schema from './find.schema.json' with { type: 'json' }

/** A file as results tell of it. */
const told = (stat: Stat): Record<string, unknown> => ({
  path: stat.path,
  mode: stat.mode.toString(8).padStart(4, '0'),
  isdir: stat.type === 'directory',
  ischr: stat.type === 'character',
  isblk: stat.type === 'block',
  isreg: stat.type === 'file',
  isfifo: stat.type === 'fifo',
  islnk: stat.type === 'link',
  issock: stat.type === 'socket',
  uid: stat.uid,
  gid: stat.gid,
  pw_name: stat.owner,
  gr_name: stat.group,
  size: stat.size,
  inode: stat.inode,
  dev: stat.device,
  nlink: stat.links,
  atime: float(stat.accessed),
  mtime: float(stat.modified),
  ctime: float(stat.changed),
  ...permissions(stat.mode),
  ...(stat.checksum === undefined ? {} : { checksum: stat.checksum }),
})

/** Whether a file's content matches: the begin of a line, or with `read_whole_file` any part. */
const contentFits = async (host: Host, { type, path }: Stat, params: FindParameters): Promise<boolean> => {
  const { contains, read_whole_file } = params
  if (contains === undefined) return true
  if (type !== 'file') return false
  const text = (await host.read(path)).toString()
  if (read_whole_file) return expressionOf('contains', contains).test(text)
  const expression = expressionOf('contains', `\\A(?:${contains})`)
  return text.split(/(?<=\n)/).some((line) => expression.test(line))
}

const depthOf = ({ recurse, depth }: FindParameters): string[] =>
  recurse ? (depth === undefined ? [] : ['-maxdepth', String(depth)]) : ['-maxdepth', '1']

export const find = module<FindParameters>('find', schema as ModuleSchema, async function* (host, params) {
  const { follow, get_checksum, file_type } = params
  const roots = params.paths.map((path) => path.replace(/(.)\/+$/, '$1'))
  const listed = await listTree(host, roots, {
    follow: follow || 'given',
    checksum: get_checksum,
    tests: sh`${depthOf(params)}`,
  })
  const directories = new Set(listed.filter(({ type }) => type === 'directory').map(({ path }) => path))
  const examined = listed.filter(({ path }) => !roots.includes(path))
  const isWanted = namesFit(params)
  const now = Date.now() / 1000
  const files: Record<string, unknown>[] = []
  for (const stat of examined.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (file_type !== 'any' && stat.type !== file_type) continue
    if (!isWanted(stat) || !fitsAttributes(stat, params, now)) continue
    if (await contentFits(host, stat, params)) files.push(told(stat))
  }
  const skipped = roots.filter((root) => !directories.has(root))
  return {
    files,
    matched: files.length,
    examined: examined.length,
    msg: skipped.length > 0 ? 'Not all paths examined, check warnings for details' : 'All paths examined',
    skipped_paths: Object.fromEntries(skipped.map((path) => [path, `'${path}' is not a directory`])),
    ...(skipped.length > 0 ? { warnings: skipped.map((path) => `find skipped ${path}: it is no directory`) } : {}),
  }
})
