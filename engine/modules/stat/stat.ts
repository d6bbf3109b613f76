import type { StatParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { tidy } from '../runorfail.ts'
import { flagNames } from './flags.ts'
import { permissions } from './permissions.ts'
import schema from './stat.schema.json' with { type: 'json' }

/** Names of the kinds of files by the upper bits of st_mode. */
const types: ReadonlyMap<number, string> = new Map([
  [0o14, 'issock'],
  [0o12, 'islnk'],
  [0o10, 'isreg'],
  [0o6, 'isblk'],
  [0o4, 'isdir'],
  [0o2, 'ischr'],
  [0o1, 'isfifo'],
])

const fields = '%f %i %d %h %u %g %s %b %o %.9X %.9Y %.9Z %t %T'

/** Everything in one script: numbers, names, rights of the user, link, digest, kind of content, flags; NUL ends each part. */
const ask = async (host: Host, params: StatParameters) => {
  const { path } = params
  const tool = `${params.checksum_algorithm}sum`
  const follow = params.follow ? ['-L'] : []
  const digest = params.get_checksum
    ? sh`command -v ${tool} >/dev/null || exit 69; [ -r "$path" ] && sum=$(${tool} <"$path") && printf %s "\${sum%% *}"`
    : sh`:`
  const mime = params.get_mime
    ? sh`command -v file >/dev/null && printf %s "$(file ${follow} -b -i -- "$path")"`
    : sh`:`
  const flags = params.get_attributes ? sh`printf %s "$(lsattr -vd -- "$path" 2>/dev/null)"` : sh`:`
  const isSubject = params.follow ? sh`:` : sh`[ ! -L "$path" ]`
  const script = sh`path=${path}
LC_ALL=C stat ${follow} -c ${`${fields}\n%U:%G`} -- "$path" || exit
printf '\\0'
for right in r w x; do [ ! -$right "$path" ] || printf $right; done; printf '\\0'
[ ! -L "$path" ] || readlink -- "$path"; printf '\\0'
[ ! -L "$path" ] || readlink -f -- "$path"; printf '\\0'
if [ -f "$path" ] && ${isSubject}; then ${digest}; fi; printf '\\0'
${mime}; printf '\\0'
${flags}; printf '\\0'`
  const output = await host.run(script, tidy)
  if (output.code !== 69) return output
  throw new Failure('module.tool', `the host has no ${tool} to compute the checksum of ${path}`, {
    at: host.at,
    hint: 'set get_checksum: false, or another checksum_algorithm',
  })
}

const withoutNewline = (text: string): string => text.replace(/\n$/, '')

const parse = (output: Buffer, params: StatParameters): Record<string, unknown> => {
  const parts = output.toString().split('\0')
  const [numbers = '', rights = '', source = '', target = '', digest, mime, flags] = parts.map(withoutNewline)
  const [first = '', names = ''] = numbers.split('\n')
  const [owner, group] = names.split(':')
  const [bits = '', ...rest] = first.split(' ')
  const [inode, device, links, uid, gid, size, blocks, blockSize, accessed, modified, changed] = rest.map(Number)
  const [major = 0, minor = 0] = rest.slice(-2).map((number) => Number.parseInt(number, 16))
  const mode = Number.parseInt(bits, 16)
  const kind = types.get(mode >> 12) ?? 'isreg'
  const attributes = /^\s*(\d+)\s+(\S+)/.exec(flags ?? '')
  const letters = (attributes?.[2] ?? '').replaceAll('-', '')
  return {
    exists: true,
    path: params.path,
    mode: `${(mode & 0o7777).toString(8).padStart(4, '0')}`,
    ...Object.fromEntries([...types.values()].map((name) => [name, name === kind])),
    uid,
    gid,
    size,
    inode,
    dev: device,
    nlink: links,
    atime: accessed,
    mtime: modified,
    ctime: changed,
    ...permissions(mode),
    blocks,
    block_size: blockSize,
    device_type: major * 256 + minor,
    readable: rights.includes('r'),
    writeable: rights.includes('w'),
    executable: rights.includes('x'),
    ...(owner === 'UNKNOWN' ? {} : { pw_name: owner }),
    ...(group === 'UNKNOWN' ? {} : { gr_name: group }),
    ...(kind === 'islnk' ? { lnk_target: source, lnk_source: target || source } : {}),
    ...(digest ? { checksum: digest } : {}),
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
  const output = await ask(host, params)
  if (output.code === 0 || output.stdout.length > 0) return { stat: parse(output.stdout, params) }
  const reason = output.stderr.toString().trim()
  if (/No such file or directory|Not a directory/.test(reason)) return { stat: { exists: false } }
  throw new Failure('module.file', reason, { at: host.at })
})
