import { sh } from '../../command.ts'
import { Failure, messageOf } from '../../failure.ts'
import type { Host } from '../module.ts'

/** A volume group; sizes are in bytes. */
export type VolumeGroup = {
  readonly name: string
  readonly size: number
  readonly free: number
  readonly extent: number
}

export type PhysicalVolume = {
  readonly device: string
  /** Name of its group; empty when it is in none. */
  readonly vg: string
  readonly size: number
  /** Bytes of the device that are left over and would be an extent or more. */
  readonly unused: number
}

export type LogicalVolume = {
  readonly name: string
  readonly size: number
  /** LVM's letters, such as `-wi-a-----`. */
  readonly attributes: string
  /** Name of the thin pool that it lies in; empty when it lies in none. */
  readonly pool: string
  /** Name of the volume that it is a snapshot of; empty when it is none. */
  readonly origin: string
}

export type Lvm = {
  readonly groups: readonly VolumeGroup[]
  readonly physical: readonly PhysicalVolume[]
  /** Logical volumes of the one group that was asked about, without those that LVM keeps for itself. */
  readonly logical: readonly LogicalVolume[]
}

/** What `lvm fullreport` says of one group, or of devices that are in none: each field is a text. */
type Report = { readonly [kind in 'vg' | 'pv' | 'lv']?: readonly Readonly<Record<string, string>>[] }

const fields = {
  vg: 'vg_name,vg_size,vg_free,vg_extent_size',
  pv: 'pv_name,vg_name,pv_size,pe_start,dev_size',
  lv: 'lv_name,lv_size,lv_attr,pool_lv,origin',
  // These are reported whether or not anybody wants them.
  pvseg: 'pvseg_start',
  seg: 'seg_start',
}

const fieldOptions = Object.entries(fields).flatMap(([kind, names]) => ['--configreport', kind, '-o', names])

const physicalOf = (pv: Readonly<Record<string, string>>, extent: number): PhysicalVolume => {
  const size = Number(pv['pv_size'])
  const unused = Number(pv['dev_size']) - size - Number(pv['pe_start'])
  return { device: pv['pv_name'] ?? '', vg: pv['vg_name'] ?? '', size, unused: unused >= extent ? unused : 0 }
}

/** Reads the report of `lvm fullreport`. Throws a SyntaxError when it is none. */
export const parseReport = (text: string, vg: string): Lvm => {
  const { report: reports } = JSON.parse(text) as { readonly report: readonly Report[] }
  const groups = reports.flatMap((report) => report.vg ?? [])
  const own = reports.find((report) => report.vg?.some((group) => group['vg_name'] === vg))
  return {
    groups: groups.map((group) => ({
      name: group['vg_name'] ?? '',
      size: Number(group['vg_size']),
      free: Number(group['vg_free']),
      extent: Number(group['vg_extent_size']),
    })),
    physical: reports.flatMap((report) => {
      const extent = Number(report.vg?.[0]?.['vg_extent_size'] ?? 4 * 2 ** 20)
      return (report.pv ?? []).map((pv) => physicalOf(pv, extent))
    }),
    logical: (own?.lv ?? []).map((lv) => ({
      name: lv['lv_name'] ?? '',
      size: Number(lv['lv_size']),
      attributes: lv['lv_attr'] ?? '',
      pool: lv['pool_lv'] ?? '',
      origin: lv['origin'] ?? '',
    })),
  }
}

/** What LVM knows, with the logical volumes of one group; one program in one round trip. */
export const lookAtLvm = async (host: Host, vg: string): Promise<Lvm> => {
  const output = await host.run(sh`
    command -v lvm >/dev/null || exit 127
    LC_ALL=C lvm fullreport --reportformat json --units b --nosuffix ${fieldOptions}`)
  if (output.code === 127) {
    throw new Failure('module.command', 'this host has no LVM', { at: host.at, hint: 'install the package lvm2' })
  }
  try {
    // A group that misses a device is an error to LVM, which reports the others all the same.
    return parseReport(output.stdout.toString(), vg)
  } catch (cause) {
    const said = output.stderr.toString().trim() || messageOf(cause)
    throw new Failure('module.command', `LVM does not tell what it has: ${said}`, { at: host.at, cause })
  }
}

/** Names that LVM takes; others could be options or paths. Throws a Failure. */
export const checkName = (host: Host, parameter: string, name: string): void => {
  if (/^[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/.test(name) && name !== '.' && name !== '..') return
  throw new Failure('module.parameter', `'${parameter}' is no name that LVM takes: ${name}`, {
    at: host.at,
    hint: 'letters, digits and + _ . - are',
  })
}

export const isActive = ({ attributes }: LogicalVolume): boolean => attributes[4] === 'a'

/** Whether it stays as it is when its group is activated, as snapshots of thin volumes do. */
export const isSkipped = ({ attributes }: LogicalVolume): boolean => attributes[9] === 'k'
