import type { LvolParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { checkDevice, realDevices } from '../blockdevice.ts'
import { checkName, isActive, type LogicalVolume, type Lvm, lookAtLvm, type VolumeGroup } from '../lvg/lvm.ts'
import { change, type Host, type ModuleSchema, module, type Result, type Steps } from '../module.ts'
import { optionWords } from '../optionwords.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './lvol.schema.json' with { type: 'json' }
import { bytesOf, parseSize, type Room, type Size, unitOf } from './size.ts'

const fail = (host: Host, message: string, hint?: string): Failure =>
  new Failure('module.device', message, { at: host.at, hint })

/** lvcreate's words for a size: `-L 10g`, or `-l 60%VG` for a part. */
const sizeWords = ({ text, amount }: Size): string[] => ['percent' in amount ? '-l' : '-L', text]

/** Checks that what a snapshot or thin volume needs is there. Throws a Failure. */
const checkOrigin = (host: Host, { vg, lv, snapshot, thinpool }: LvolParameters, { logical }: Lvm): void => {
  const find = (wanted: string | undefined) => logical.find(({ name }) => name === wanted)
  if (snapshot !== undefined) {
    const origin = find(lv)
    if (!origin) throw fail(host, `there is no volume ${vg}/${lv ?? ''} to make a snapshot of`)
    if (thinpool !== undefined || origin.attributes.startsWith('t')) {
      throw fail(host, `${vg}/${origin.name} is a thin pool, which has no snapshots`)
    }
  } else if (thinpool !== undefined && lv !== undefined && !find(thinpool)) {
    throw fail(host, `there is no thin pool ${vg}/${thinpool}`, 'make it with an earlier task: lvol without lv')
  }
}

const creation = (host: Host, params: LvolParameters, { logical }: Lvm): Command => {
  const { vg, lv = '', snapshot, thinpool } = params
  const options = optionWords(host, 'opts', params.opts)
  const size = params.size === undefined ? undefined : parseSize(host, params.size)
  // `+100%FREE` is all that is free for a new volume too.
  if (size && (size.sign === '-' || (size.sign === '+' && 'bytes' in size.amount))) {
    throw fail(
      host,
      `the size ${params.size} is that of a change, and ${vg}/${snapshot ?? (lv || thinpool)} is not there`,
    )
  }
  const isThin = logical.some(({ name, pool }) => name === lv && pool !== '')
  if (!size && !(snapshot !== undefined && isThin)) {
    throw new Failure('module.parameter', `lvol needs 'size' to make ${vg}/${snapshot ?? (lv || thinpool)}`, {
      at: host.at,
    })
  }
  const words = size ? sizeWords(size) : []
  if (snapshot !== undefined) {
    // A snapshot of a thin volume without a size is thin itself, and would not be activated.
    return sh`lvcreate --yes ${options} ${words.length > 0 ? words : ['-K']} -s -n ${snapshot} -- ${`${vg}/${lv}`}`
  }
  if (thinpool !== undefined && lv !== '') {
    if (size && 'percent' in size.amount) throw fail(host, 'the size of a thin volume is no part of its group')
    return sh`lvcreate --yes ${options} -n ${lv} -V ${size?.text ?? ''} --thinpool ${thinpool} -- ${vg}`
  }
  if (thinpool !== undefined) return sh`lvcreate --yes ${options} ${words} --type thin-pool -n ${thinpool} -- ${vg}`
  return sh`lvcreate --yes --wipesignatures y ${options} -n ${lv} ${words} -- ${vg} ${params.pvs ?? []}`
}

/** What the size of a task is measured by. */
const roomOf = async (host: Host, { vg, pvs = [] }: LvolParameters, group: VolumeGroup, lvm: Lvm): Promise<Room> => {
  const own = lvm.physical.filter((one) => one.vg === vg)
  const real = await realDevices(host, pvs.length === 0 ? [] : [...pvs, ...own.map(({ device }) => device)])
  const named = own.filter(({ device }) => pvs.some((name) => real.get(name) === real.get(device)))
  return { ...group, physical: pvs.length === 0 ? group.size : named.reduce((sum, { size }) => sum + size, 0) }
}

/** Whether it is a snapshot that has room for every change of its origin: LVM makes it no larger. */
const isFullSnapshot = ({ pool, origin, size }: LogicalVolume, { logical }: Lvm): boolean =>
  pool === '' && origin !== '' && size > (logical.find(({ name }) => name === origin)?.size ?? Number.POSITIVE_INFINITY)

/** Yields the change of size that the task asks for. */
async function* resize(host: Host, params: LvolParameters, volume: LogicalVolume, group: VolumeGroup, lvm: Lvm): Steps {
  const { vg, shrink, force, resizefs, pvs = [] } = params
  if (params.size === undefined) return {}
  const size = parseSize(host, params.size)
  // Of a part LVM takes a pool's metadata away, and as much again as a spare: what it gave stays.
  if (volume.attributes.startsWith('t') && 'percent' in size.amount && size.sign === '') return {}
  const wanted = bytesOf(size, await roomOf(host, params, group, lvm), volume.size)
  if (wanted === volume.size || (wanted < volume.size && !shrink && size.sign === '')) return {}
  if (wanted > volume.size && isFullSnapshot(volume, lvm)) return {}
  const name = `${vg}/${volume.name}`
  if (wanted < volume.size) {
    if (wanted < group.extent) throw fail(host, `${name} cannot be made smaller than an extent`)
    if (!force) {
      throw fail(
        host,
        `${name} has ${volume.size} bytes, more than ${wanted}`,
        'force: true makes it smaller, which loses data unless resizefs: true makes the file system smaller before; shrink: false leaves it',
      )
    }
  } else if (volume.pool === '' && wanted - volume.size > group.free) {
    throw fail(host, `${vg} has ${group.free} bytes left for ${name}, which needs ${wanted - volume.size} more`)
  }
  const program = wanted > volume.size ? ['lvextend'] : ['lvreduce', '--force']
  const words = [...program, '--yes', ...(resizefs ? ['--resizefs'] : []), '-L', `${wanted}b`]
  yield* change({
    what: `resize ${name} to ${wanted} bytes`,
    diff: { before: `${volume.size}\n`, after: `${wanted}\n`, beforeHeader: name, afterHeader: name },
    apply: () => runOrFail(host, sh`${words} -- ${name} ${wanted > volume.size ? pvs : []}`),
  })
  return { msg: `Volume ${volume.name} resized to ${params.size}` }
}

async function* present(
  host: Host,
  params: LvolParameters,
  name: string,
  volume: LogicalVolume | undefined,
  lvm: Lvm,
): Steps {
  const { vg, active } = params
  const group = lvm.groups.find((one) => one.name === vg)
  if (!group) throw fail(host, `there is no volume group ${vg}`, 'make it with an earlier task: lvg')
  let result: Result = {}
  if (volume) result = yield* resize(host, params, volume, group, lvm)
  else {
    checkOrigin(host, params, lvm)
    const command = creation(host, params, lvm)
    yield* change({ what: `make the logical volume ${vg}/${name}`, apply: () => runOrFail(host, command) })
  }
  // A new one is active. A snapshot of a thin volume is skipped at activation unless asked for (-K).
  if ((volume ? isActive(volume) : true) !== active) {
    const options = active ? ['-ay', '-K'] : ['-an']
    yield* change({
      what: `${active ? 'activate' : 'deactivate'} ${vg}/${name}`,
      apply: () => runOrFail(host, sh`lvchange --yes ${options} -- ${`${vg}/${name}`}`),
    })
  }
  if (!volume) return { vg, lv: name }
  return {
    vg,
    lv: name,
    size: volume.size / unitOf(params.size === undefined ? undefined : parseSize(host, params.size)),
    ...result,
  }
}

export const lvol = module<LvolParameters>('lvol', schema as ModuleSchema, async function* (host, params) {
  const { vg, state, force, snapshot, thinpool } = params
  // Ansible takes the path of the device too.
  const lv = params.lv?.replace(/^.*\//, '')
  for (const [parameter, text] of Object.entries({ vg, lv, snapshot, thinpool })) {
    if (text !== undefined) checkName(host, parameter, text)
  }
  for (const device of params.pvs ?? []) checkDevice(host, 'pvs', device)
  const name = snapshot ?? lv ?? thinpool ?? ''
  const lvm = await lookAtLvm(host, vg)
  const volume = lvm.logical.find((one) => one.name === name)
  if (state === 'present')
    return yield* present(host, { ...params, ...(lv === undefined ? {} : { lv }) }, name, volume, lvm)
  if (!volume) return {}
  if (!force) throw fail(host, `${vg}/${name} holds data`, 'it is removed with force: true')
  yield* change({
    what: `remove the logical volume ${vg}/${name}`,
    apply: () => runOrFail(host, sh`lvremove --yes --force -- ${`${vg}/${name}`}`),
  })
  return {}
})
