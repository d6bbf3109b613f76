import { readdir, readFile } from 'node:fs/promises'
import type { ArrayLabel } from '../mkdisk/machine.ts'

/** A file of sysfs without its line end; empty when it is not there. */
export const sysText = async (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (content) => content.trim(),
    () => '',
  )

export const sysNames = async (path: string): Promise<readonly string[]> =>
  readdir(path).then(
    (found) => found.sort(),
    () => [],
  )

export const kernelName = (device: string): string => device.replace(/^\/dev\//, '')

/** The array that a superblock tells of, from `mdadm --examine`; undefined where there is none. */
export const parseExamine = (output: string): ArrayLabel | undefined => {
  const values = new Map(
    output.split('\n').flatMap((line) => {
      const match = /^\s*([A-Z][A-Za-z ]*?) : (.*)$/.exec(line)
      return match ? [[match[1]!, match[2]!.trim()] as const] : []
    }),
  )
  const uuid = /^[0-9a-f:]+/.exec(values.get('Array UUID') ?? values.get('UUID') ?? '')?.[0]
  const [level, devices] = [values.get('Raid Level'), values.get('Raid Devices')]
  if (uuid === undefined || level === undefined || devices === undefined) return undefined
  // an array made elsewhere has its home host before its name, one made here says so behind it
  const name = (values.get('Name') ?? '').replace(/\s+\(local to host .*\)$/, '').replace(/^.*:/, '')
  const sectors = (key: string) => Number(/^(\d+)(?= sectors| \()/.exec(values.get(key) ?? '')?.[1] ?? Number.NaN)
  // what is used is told only where it is less than what there is
  const used = sectors(values.has('Used Dev Size') ? 'Used Dev Size' : 'Avail Dev Size')
  const need = (used + sectors('Data Offset')) * 512
  return {
    uuid,
    level,
    devices: Number(devices),
    name,
    role: /spare/i.test(values.get('Device Role') ?? '') ? 'spare' : 'active',
    ...(Number.isFinite(need) ? { need } : {}),
  }
}

/** The array that has a device, after sysfs. */
export const arrayOver = async (device: string): Promise<string | undefined> => {
  const holders = await sysNames(`/sys/class/block/${kernelName(device)}/holders`)
  const name = holders.find((holder) => /^md/.test(holder))
  return name === undefined ? undefined : `/dev/${name}`
}

export const membersOf = async (array: string): Promise<readonly string[]> =>
  (await sysNames(`/sys/class/block/${kernelName(array)}/slaves`)).map((member) => `/dev/${member}`)

export type ArrayState = {
  readonly level: string
  readonly devices: number
  readonly degraded: number
  /** `clean`, `active`, `inactive`, `clear`, … */
  readonly state: string
  /** `idle`, `resync`, `recover`, … */
  readonly action: string
}

export const arrayState = async (device: string): Promise<ArrayState> => {
  const md = `/sys/class/block/${kernelName(device)}/md`
  const [level = '', devices, degraded, state = '', action = ''] = await Promise.all(
    ['level', 'raid_disks', 'degraded', 'array_state', 'sync_action'].map((file) => sysText(`${md}/${file}`)),
  )
  return { level, devices: Number.parseInt(devices || '0', 10), degraded: Number(degraded || '0'), state, action }
}

export const isRunning = ({ state }: ArrayState): boolean => !['', 'clear', 'inactive'].includes(state)

/** The members of an array that the kernel does without since they failed, or has blocks of that it cannot write. */
export const failedMembers = async (device: string): Promise<readonly string[]> => {
  const md = `/sys/class/block/${kernelName(device)}/md`
  const members = (await sysNames(md)).filter((name) => name.startsWith('dev-'))
  const states = await Promise.all(
    members.map(async (name) => {
      const [state, blocks] = await Promise.all(['state', 'bad_blocks'].map((file) => sysText(`${md}/${name}/${file}`)))
      return state?.split(',').includes('faulty') || blocks !== '' ? [`/dev/${name.slice('dev-'.length)}`] : []
    }),
  )
  return states.flat()
}
