import type { LvgParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { checkDevice, noDevice, readContents, realDevices } from '../blockdevice.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { optionWords } from '../optionwords.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './lvg.schema.json' with { type: 'json' }
import { checkName, isActive, isSkipped, type Lvm, lookAtLvm } from './lvm.ts'

async function* createVolumes(host: Host, params: LvgParameters, devices: readonly string[]): Steps {
  const options = optionWords(host, 'pv_options', params.pv_options)
  const isTold = options.some((option) => option === '-y' || option === '--yes')
  const { contents } = await readContents(host, isTold ? [] : devices)
  for (const [device, { type }] of contents) {
    if (type === 'LVM2_member') continue
    throw new Failure('module.device', `${device} holds ${type}`, {
      at: host.at,
      hint: 'empty it with an earlier task (filesystem with state: absent), or set pv_options: --yes, which loses it',
    })
  }
  for (const device of devices) {
    yield* change({
      what: `make ${device} a physical volume`,
      apply: () => runOrFail(host, sh`pvcreate ${options} -f -- ${device} </dev/null`),
    })
  }
  return {}
}

/** Yields the making of a group that is not there. */
async function* create(host: Host, params: LvgParameters, devices: readonly string[], blank: readonly string[]): Steps {
  const { vg, pesize } = params
  if (devices.length === 0) throw new Failure('module.parameter', `lvg needs 'pvs' to make ${vg}`, { at: host.at })
  const options = optionWords(host, 'vg_options', params.vg_options)
  yield* createVolumes(host, params, blank)
  yield* change({
    what: `make the volume group ${vg} on ${devices.join(', ')}`,
    apply: () => runOrFail(host, sh`vgcreate ${options} -s ${pesize} -- ${vg} ${devices}`),
  })
  return {}
}

/** Yields what makes the group lie on exactly the devices of the task. */
async function* keepDevices(host: Host, params: LvgParameters, lvm: Lvm): Steps {
  const { vg, pvresize, remove_extra_pvs, pvs = [] } = params
  for (const device of pvs) checkDevice(host, 'pvs', device)
  const real = await realDevices(host, [...pvs, ...lvm.physical.map(({ device }) => device)])
  for (const device of pvs) if (!real.get(device)) throw noDevice(host, device)
  // LVM knows devices by their own names, and by links in /dev that udev has told it of.
  const devices = [...new Set(pvs.map((device) => real.get(device) ?? device))]
  const known = (device: string) => lvm.physical.find((one) => real.get(one.device) === device)
  for (const device of devices) {
    const owner = known(device)?.vg
    if (!owner || owner === vg) continue
    throw new Failure('module.device', `${device} belongs to the volume group ${owner}`, {
      at: host.at,
      hint: 'take it out of there with an earlier task: lvg',
    })
  }
  const blank = devices.filter((device) => !known(device))
  if (!lvm.groups.some(({ name }) => name === vg)) return yield* create(host, params, devices, blank)
  const own = lvm.physical.filter((one) => one.vg === vg)
  for (const { device } of pvresize ? own.filter(({ unused }) => unused > 0) : []) {
    yield* change({ what: `grow ${device}`, apply: () => runOrFail(host, sh`pvresize -- ${device}`) })
  }
  const added = devices.filter((device) => known(device)?.vg !== vg)
  if (added.length > 0) {
    yield* createVolumes(host, params, blank)
    yield* change({
      what: `extend ${vg} by ${added.join(', ')}`,
      apply: () => runOrFail(host, sh`vgextend -- ${vg} ${added}`),
    })
  }
  const extra = own.map(({ device }) => device).filter((device) => !devices.includes(real.get(device) ?? device))
  if (remove_extra_pvs && devices.length > 0 && extra.length > 0) {
    // Without --force, so that a device that holds data stays.
    yield* change({
      what: `take ${extra.join(', ')} out of ${vg}`,
      apply: () => runOrFail(host, sh`vgreduce -- ${vg} ${extra}`),
    })
  }
  return {}
}

async function* remove(host: Host, { vg, force }: LvgParameters, { logical }: Lvm): Steps {
  if (logical.length > 0 && !force) {
    const names = logical.map(({ name }) => name).join(', ')
    throw new Failure('module.device', `${vg} has logical volumes: ${names}`, {
      at: host.at,
      hint: 'they and their data are removed with force: true',
    })
  }
  yield* change({
    what: `remove the volume group ${vg}`,
    apply: () => runOrFail(host, sh`vgremove --force --yes -- ${vg}`),
  })
  return {}
}

/** Yields what makes all logical volumes of a group active, or none. */
async function* activate(host: Host, vg: string, { logical }: Lvm, wanted: boolean): Steps {
  if (logical.every((one) => isActive(one) === wanted || isSkipped(one))) return {}
  yield* change({
    what: `make ${vg} ${wanted ? 'active' : 'inactive'}`,
    apply: () => runOrFail(host, sh`vgchange -a ${wanted ? 'y' : 'n'} -- ${vg}`),
  })
  return {}
}

/** Yields the new UUIDs of a group and of its devices, where they are asked for. */
async function* resetUuids(host: Host, params: LvgParameters, { physical }: Lvm): Steps {
  const { vg, pvs, reset_vg_uuid, reset_pv_uuid } = params
  if (reset_pv_uuid) {
    const own = physical.filter((one) => one.vg === vg).map(({ device }) => device)
    const devices = [...(await realDevices(host, pvs ?? own)).values()]
    yield* change({
      what: `give ${devices.join(', ')} new UUIDs`,
      apply: () => runOrFail(host, sh`pvchange -u -- ${devices}`),
    })
  }
  if (reset_vg_uuid) {
    yield* change({ what: `give ${vg} a new UUID`, apply: () => runOrFail(host, sh`vgchange -u -- ${vg}`) })
  }
  return {}
}

export const lvg = module<LvgParameters>('lvg', schema as ModuleSchema, async function* (host, params) {
  const { vg, state } = params
  checkName(host, 'vg', vg)
  if (!/^\d+(\.\d+)?[bskmgtpe]?$/i.test(params.pesize)) {
    throw new Failure('module.parameter', `lvg: 'pesize' is no size: ${params.pesize}`, { at: host.at })
  }
  const lvm = await lookAtLvm(host, vg)
  const isThere = lvm.groups.some(({ name }) => name === vg)
  if (state === 'absent') return isThere ? yield* remove(host, params, lvm) : {}
  if (!isThere || params.pvs !== undefined) yield* keepDevices(host, params, lvm)
  // LVM gives no new UUIDs to what is in use.
  if (state === 'inactive') yield* activate(host, vg, lvm, false)
  if (isThere) yield* resetUuids(host, params, lvm)
  if (state === 'active') yield* activate(host, vg, lvm, true)
  return {}
})
