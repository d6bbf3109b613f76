import { verbatim } from '../command.ts'
import { parseLinks } from './dump.ts'
import type { Family } from './family.ts'

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))

/** A dead NFS server must not hang the whole look. */
const command = verbatim(`grep -E '^(/|[^ ]+:/)' /proc/mounts
limit=; ! command -v timeout >/dev/null || limit='timeout 10'
set --
while read -r device mount rest; do
  case $device in
  /* | *:/*) case $mount in *\\\\*) mount=$(printf %b "$mount");; esac; set -- "$@" "$mount";;
  esac
done </proc/mounts
$limit stat -f -c 'size %S %b %a %c %d %n' "$@"
LC_ALL=C ls -l /dev/disk/by-uuid | sed 's| \\([^ ]*\\) -> ../../| /\\1 -> /dev/|'`)

/** Mounted file systems with a device or server, with sizes in bytes. */
export const mounts: Family = {
  name: 'mounts',
  facts: ['mounts'],
  command,
  parse(output) {
    const uuids = new Map([...parseLinks(output)].map(([path, target]) => [target, path.slice(1)]))
    const sizes = new Map<string, readonly number[]>()
    for (const [, numbers = '', path = ''] of output.matchAll(/^size ((?:\d+ ){5})(.*)$/gm)) {
      sizes.set(path, numbers.trim().split(' ').map(Number))
    }
    const mounted = [...output.matchAll(/^(\/\S*|\S+:\/\S*) (\S+) (\S+) (\S+) (\d+) (\d+)$/gm)]
    return {
      mounts: mounted.map(([, device = '', at = '', fstype, options, frequency, pass]) => {
        const mount = unescaped(at)
        const [block = 0, total = 0, available = 0, inodes = 0, free = 0] = sizes.get(mount) ?? []
        return {
          mount,
          device: unescaped(device),
          fstype,
          options,
          dump: Number(frequency),
          passno: Number(pass),
          size_total: total * block,
          size_available: available * block,
          block_size: block,
          block_total: total,
          block_available: available,
          block_used: total - available,
          inode_total: inodes,
          inode_available: free,
          inode_used: inodes - free,
          uuid: uuids.get(device) ?? 'N/A',
        }
      }),
    }
  },
}
