import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../engine/log.ts'
import { resolveBelow } from '../system/below.ts'

// NetworkManager keeps in /run which profile each device had, and after its own restart goes on with those devices as they
// are. To a device that it knows nothing of it either does nothing at all, lease and all, or makes it anew, which costs a
// root on NFS. So the agent leaves it such a state, as a NetworkManager in the initramfs would.

/** A profile of NetworkManager: the device that it is for, and its UUID. */
export type Profile = { readonly device: string; readonly uuid: string }

const uuidShape = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/

const profileOf = (device: string | undefined, uuid: string | undefined, starts: string | undefined) =>
  device !== undefined && uuid !== undefined && uuidShape.test(uuid) && !/^(false|no|0)$/i.test(starts ?? '')
    ? { device, uuid }
    : undefined

/** The profile of a keyfile; undefined when it names no device or no UUID, or does not start by itself. */
export const parseKeyfile = (text: string): Profile | undefined => {
  const values = new Map<string, string>()
  let section = ''
  for (const line of text.split('\n')) {
    const [, name] = /^\s*\[(.*)\]\s*$/.exec(line) ?? []
    if (name !== undefined) section = name
    const [, key, value] = /^\s*([^#\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (section === 'connection' && key !== undefined) values.set(key, value ?? '')
  }
  return profileOf(values.get('interface-name'), values.get('uuid'), values.get('autoconnect'))
}

/** The same of an ifcfg file of Red Hat systems. */
export const parseIfcfg = (text: string): Profile | undefined => {
  const value = (key: string): string | undefined => new RegExp(`^${key}=["']?([^"'\\s]*)`, 'm').exec(text)?.[1]
  return profileOf(value('DEVICE'), value('UUID'), value('ONBOOT'))
}

const places = [
  { directory: '/etc/NetworkManager/system-connections', name: /\.nmconnection$/, parse: parseKeyfile },
  { directory: '/usr/lib/NetworkManager/system-connections', name: /\.nmconnection$/, parse: parseKeyfile },
  { directory: '/etc/sysconfig/network-scripts', name: /^ifcfg-/, parse: parseIfcfg },
]

/** All profiles of a root. */
const profilesIn = async (root: string): Promise<readonly Profile[]> => {
  const found: Profile[] = []
  for (const { directory, name, parse } of places) {
    const place = await resolveBelow(root, directory)
    const files = place === undefined ? [] : await readdir(place).catch(() => [])
    for (const file of files.filter((each) => name.test(each))) {
      const path = await resolveBelow(root, join(directory, file))
      const profile = path === undefined ? undefined : parse(await readFile(path, 'utf8').catch(() => ''))
      if (profile) found.push(profile)
    }
  }
  return found
}

/** The kernel's number of a link, when it is up. */
const indexOf = async (device: string, links: string): Promise<string | undefined> => {
  const read = async (file: string) => (await readFile(join(links, device, file), 'utf8').catch(() => '')).trim()
  const isUp = (Number(await read('flags')) & 1) === 1
  return isUp ? await read('ifindex') : undefined
}

export type HandOver = {
  readonly root: string
  /** The links that the boot made. */
  readonly devices: readonly string[]
  readonly log: Log
  /** What is elsewhere in a test: NetworkManager's state, and the kernel's links. */
  readonly state?: string
  readonly links?: string
}

/**
 * Leaves NetworkManager of the new root which profile each link is of that the boot has made. A device with more than one
 * profile is left to its choice. Returns the devices; none where the root has no profiles.
 */
export const leaveToNetworkManager = async (options: HandOver): Promise<readonly string[]> => {
  const { root, devices, log, state = '/run/NetworkManager/devices', links = '/sys/class/net' } = options
  const profiles = await profilesIn(root)
  const left: string[] = []
  for (const device of devices) {
    const [profile, another] = profiles.filter((each) => each.device === device)
    const index = await indexOf(device, links)
    if (profile === undefined || another !== undefined || index === undefined) continue
    await mkdir(state, { recursive: true, mode: 0o755 })
    await writeFile(join(state, index), `[device]\nmanaged=true\nconnection-uuid=${profile.uuid}\n`)
    left.push(device)
  }
  if (left.length > 0) log.info(`NetworkManager goes on with ${left.join(', ')}`)
  return left
}
