import type { StatParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import type { Found } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { float } from '../../vars/value.ts'
import { type ModuleSchema, module } from '../module.ts'
import { flagNames } from './flags.ts'
import { permissions } from './permissions.ts'
import schema from './stat.schema.json' with { type: 'json' }

/** Ansible's names of the kinds of files. */
const types: Readonly<Record<string, Found['type']>> = {
  issock: 'socket',
  islnk: 'link',
  isreg: 'file',
  isblk: 'block',
  isdir: 'directory',
  ischr: 'character',
  isfifo: 'fifo',
}

/** What `file` says of a directory and of an empty file, without it; what it says of a link depends on its version. */
const plainKind = (follow: boolean): Command => sh`if ${follow ? sh`false` : sh`[ -L "$path" ]`}; then :
elif [ -d "$path" ]; then kind='inode/directory; charset=binary'
elif [ -f "$path" ] && [ ! -s "$path" ]; then kind='inode/x-empty; charset=binary'; fi`

/**
 * What the file system does not tell: rights of the user, where links lead, whether there is a tool, flags, kind of content;
 * NUL ends each part. The two programs that look at a file do so side by side, and the slow one only when it has to.
 */
const further = (params: StatParameters): Command => {
  const tool = params.get_checksum ? sh`command -v ${toolOf(params)} || printf no` : sh`:`
  const flags = params.get_attributes ? sh`lsattr -vd -- "$path" 2>/dev/null` : sh`:`
  const mime = sh`kind=
if command -v file >/dev/null; then ${plainKind(params.follow)}; else kind=unknown; fi
if [ "$kind" ]; then ${flags}; printf '\\0%s\\0' "$kind"
else file ${params.follow ? ['-L'] : []} -b -i -- "$path" | { ${flags}; printf '\\0'; IFS= read -r kind; printf '%s\\0' "$kind"; }; fi`
  return sh`for right in r w x; do [ ! -$right "$path" ] || printf $right; done; printf '\\0'
[ ! -L "$path" ] || readlink -f -- "$path"; printf '\\0'
${tool}; printf '\\0'
${params.get_mime ? mime : sh`${flags}; printf '\\0'`}`
}

const toolOf = ({ checksum_algorithm }: StatParameters): string => `${checksum_algorithm}sum`

const withoutNewline = (text: string): string => text.replace(/\n$/, '')

const answer = (found: Found, params: StatParameters, parts: readonly string[]): Record<string, unknown> => {
  const [rights = '', leads, , flags, mime] = parts
  const { mode, type } = found
  const attributes = /^\s*(\d+)\s+(\S+)/.exec(flags ?? '')
  const letters = (attributes?.[2] ?? '').replaceAll('-', '')
  return {
    exists: true,
    path: params.path,
    mode: mode.toString(8).padStart(4, '0'),
    ...Object.fromEntries(Object.entries(types).map(([name, kind]) => [name, kind === type])),
    uid: found.uid,
    gid: found.gid,
    size: found.size,
    inode: found.inode,
    dev: found.device,
    nlink: found.links,
    atime: float(found.accessed),
    mtime: float(found.modified),
    ctime: float(found.changed),
    ...permissions(mode),
    blocks: found.blocks,
    block_size: found.blockSize,
    device_type: found.rdev,
    readable: rights.includes('r'),
    writeable: rights.includes('w'),
    executable: rights.includes('x'),
    ...(found.owner === String(found.uid) ? {} : { pw_name: found.owner }),
    ...(found.group === String(found.gid) ? {} : { gr_name: found.group }),
    ...(type === 'link' ? { lnk_target: found.target, lnk_source: leads || found.target } : {}),
    ...(found.checksum ? { checksum: found.checksum } : {}),
    ...(params.get_mime ? mimeOf(mime ?? '') : {}),
    ...(params.get_attributes
      ? { attributes: flagNames(letters), attr_flags: letters, version: attributes?.[1] ?? null }
      : {}),
  }
}

const mimeOf = (text: string) => {
  const [, type, charset] = /^(\S+); charset=(\S+)$/.exec(text) ?? []
  return { mimetype: type ?? 'unknown', charset: charset ?? 'unknown' }
}

// biome-ignore lint/correctness/useYield: reading changes nothing
export const stat = module<StatParameters>('stat', schema as ModuleSchema, async function* (host, params) {
  const { path, follow } = params
  const checksum = params.get_checksum ? { checksum: params.checksum_algorithm } : {}
  const found = await host.stat(path, { follow, ...checksum, also: further(params) })
  if (!found) return { stat: { exists: false } }
  const parts = (found.also ?? '').toString().split('\0').map(withoutNewline)
  if (found.type === 'file' && parts[2] === 'no') {
    throw new Failure('module.tool', `the host has no ${toolOf(params)} to compute the checksum of ${path}`, {
      at: host.at,
      hint: 'set get_checksum: false, or another checksum_algorithm',
    })
  }
  return { stat: answer(found, params, parts) }
})
