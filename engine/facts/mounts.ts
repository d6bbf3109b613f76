import { verbatim } from '../command.ts'
import { type Dict, isDict, type Value } from '../vars/value.ts'
import { bounded, lateStatuses } from './bounded.ts'
import { parseLinks } from './dump.ts'
import type { Facts, Family } from './family.ts'

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))

/** The pattern of a status that tells of lateness, and of the number of file systems. */
const lateAmong = (number: string): string => [...lateStatuses].map((status) => `${status}:${number}`).join(' | ')

/**
 * A dead server or disk must not hang the whole look: each is asked by itself, for $gather_timeout seconds. Local file systems
 * are asked by one process, and one by one when that is late.
 */
const command = verbatim(`grep -E '^(/|[^ ]+:/)' /proc/mounts
${bounded.text}
size() {
  bounded "\${gather_timeout:-10}" stat -f -c 'size %S %b %a %c %d %n' "$@"
  case $?:$# in
  ${lateAmong('1')}) printf 'late %s\\n' "$1";;
  ${lateAmong('*')}) for mount; do size "$mount" & done; wait;;
  esac
}
set --
while read -r device mount rest; do
  case $mount in *\\\\*) mount=$(printf %b "$mount");; esac
  case $device in
  /*) set -- "$@" "$mount";;
  *:/*) size "$mount" & ;;
  esac
done </proc/mounts
[ $# = 0 ] || size "$@"
wait
LC_ALL=C ls -l /dev/disk/by-uuid | sed 's| \\([^ ]*\\) -> ../../| /\\1 -> /dev/|'`)

/** What is said of a file system that did not answer in time. */
const late = { note: 'Could not get extra information due to timeout' }

/** What `stat -f` counts: bytes of a unit that blocks are counted in, bytes of a block, and numbers of blocks and inodes. */
export type Counts = Readonly<Record<'unit' | 'block' | 'total' | 'available' | 'inodes' | 'free', number>>

/** The size of a file system as facts tell it. */
export const sizesFrom = ({ unit, block, total, available, inodes, free }: Counts) => ({
  size_total: total * unit,
  size_available: available * unit,
  block_size: block,
  block_total: total,
  block_available: available,
  block_used: total - available,
  inode_total: inodes,
  inode_available: free,
  inode_used: inodes - free,
})

const sizesOf = (numbers: string): Facts => {
  const [block = 0, total = 0, available = 0, inodes = 0, free = 0] = numbers.trim().split(' ').map(Number)
  return sizesFrom({ unit: block, block, total, available, inodes, free })
}

/** A warning for each file system that did not answer in time. */
export const timeoutWarnings = (facts: ReadonlyMap<string, Value>): string[] => {
  const mounts = facts.get('mounts')
  if (!Array.isArray(mounts)) return []
  return mounts
    .filter((mount) => isDict(mount) && mount.get('note') === late.note)
    .map((mount) => `Timeout exceeded when getting mount info for ${(mount as Dict).get('mount')}`)
}

/** Mounted file systems with a device or server, with sizes in bytes where they tell them. */
export const mounts: Family = {
  name: 'mounts',
  facts: ['mounts'],
  command,
  parse(output) {
    const uuids = new Map([...parseLinks(output)].map(([path, target]) => [target, path.slice(1)]))
    const sizes = new Map(
      [...output.matchAll(/^size ((?:\d+ ){5})(.*)$/gm)].map(([, numbers = '', path = '']) => [path, sizesOf(numbers)]),
    )
    const unanswered = new Set([...output.matchAll(/^late (.*)$/gm)].map(([, path]) => path))
    const mounted = [...output.matchAll(/^(\/\S*|\S+:\/\S*) (\S+) (\S+) (\S+) (\d+) (\d+)$/gm)]
    return {
      mounts: mounted.map(([, device = '', at = '', fstype, options, frequency, pass]) => {
        const mount = unescaped(at)
        return {
          mount,
          device: unescaped(device),
          fstype,
          options,
          dump: Number(frequency),
          passno: Number(pass),
          ...(unanswered.has(mount) ? late : { ...sizes.get(mount), uuid: uuids.get(device) ?? 'N/A' }),
        }
      }),
    }
  },
}
