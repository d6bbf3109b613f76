import { sh } from '../command.ts'
import { Failure } from '../failure.ts'
import type { Host } from './module.ts'

/** What a device, or the file of a disk, holds. */
export type Content = {
  /** `blkid`'s word for it (`ext4`, `LVM2_member`, `linux_raid_member`); a partition table counts too. */
  readonly type: string
  readonly label?: string
  readonly uuid?: string
}

/** Throws a Failure for a device that is not named by its whole path, which programs could take for an option. */
export const checkDevice = (host: Host, parameter: string, path: string): void => {
  if (path.startsWith('/')) return
  throw new Failure('module.parameter', `'${parameter}' must be the whole path of a device: ${path}`, {
    at: host.at,
    hint: 'such as /dev/nvme0n1p1 or /dev/disk/by-id/…',
  })
}

/** Asks the devices themselves, not blkid's cache; those that are not there, or empty, are not in the answer. */
export const readContents = async (
  host: Host,
  devices: readonly string[],
): Promise<{ readonly present: ReadonlySet<string>; readonly contents: ReadonlyMap<string, Content> }> => {
  const output = await host.run(sh`
    command -v blkid >/dev/null || { echo 'blkid is not installed' >&2; exit 127; }
    for device in ${devices}; do
      [ -e "$device" ] || continue
      printf '\\0%s\\n' "$device"
      # 2: nothing is found; 8: several things are, which wipefs lists
      LC_ALL=C blkid -p -o export -- "$device" 2>/dev/null || [ $? != 8 ] || echo TYPE=ambivalent
    done`)
  if (output.code === 127) {
    throw new Failure('module.command', 'blkid is not installed', { at: host.at, hint: 'it is in util-linux' })
  }
  const present = new Set<string>()
  const contents = new Map<string, Content>()
  for (const part of output.stdout.toString().split('\0').slice(1)) {
    const [device = '', ...lines] = part.split('\n')
    present.add(device)
    const value = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1)
    const type = value('TYPE') ?? value('PTTYPE')
    if (type === undefined) continue
    const [label, uuid] = [value('LABEL'), value('UUID')]
    contents.set(device, {
      type,
      ...(label === undefined ? {} : { label }),
      ...(uuid === undefined ? {} : { uuid }),
    })
  }
  return { present, contents }
}

export const noDevice = (host: Host, path: string): Failure =>
  new Failure('module.device', `there is no device ${path}`, {
    at: host.at,
    hint: 'lsblk on the host lists what there is',
  })

/** What devices are when links are followed, which programs do as they like; empty for those that are not there. */
export const realDevices = async (host: Host, devices: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (devices.length === 0) return new Map()
  const output = await host.run(
    sh`for device in ${devices}; do [ -e "$device" ] && readlink -f -- "$device" || echo; done`,
  )
  const lines = output.stdout.toString().split('\n')
  return new Map(devices.map((device, index) => [device, lines[index] ?? '']))
}
