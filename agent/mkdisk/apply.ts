import { chmod, open } from 'node:fs/promises'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import { makeBelow } from '../system/below.ts'
import { arrayOver, arrayState, contentOf, parseExport, partitionsOf, sizeOf } from '../system/disks.ts'
import { isMounted } from '../system/mounts.ts'
import { run } from '../system/run.ts'
import { waitFor } from '../system/wait.ts'
import { addMount } from './fstab.ts'
import { moveDirectory } from './move.ts'
import type { MkdiskPlan, MkdiskStep } from './plan.ts'

export type Machinery = {
  readonly log: Log
  /** The root that file systems are mounted in: `/sysroot`, or `/` on a running node. */
  readonly root: string
  readonly progress: () => void
}

type Step<K extends MkdiskStep['kind']> = Extract<MkdiskStep, { kind: K }>

const settle = async (): Promise<void> => {
  await execute('udevadm', ['settle', '--timeout=30']).catch(() => undefined)
}

const edge = 1024 ** 2

/** Overwrites both ends: what tools do not know as a signature is gone too, and blank disks look blank. */
const zeroEnds = async (device: string): Promise<void> => {
  const size = await sizeOf(device)
  const file = await open(device, 'r+')
  try {
    const zeros = Buffer.alloc(Math.min(edge, size))
    await file.write(zeros, 0, zeros.length, 0)
    await file.write(zeros, 0, zeros.length, Math.max(0, size - zeros.length))
    await file.sync()
  } finally {
    await file.close()
  }
}

const stop = async ({ log }: Machinery, { array }: Step<'stop'>): Promise<void> => {
  await run(log, 'mdadm', ['--stop', array])
  await settle()
}

const clear = async ({ log }: Machinery, { device }: Step<'clear'>): Promise<void> => {
  // udev may have put an array together again that was stopped a moment ago
  const again = await arrayOver(device)
  if (again) await run(log, 'mdadm', ['--stop', again])
  await log.step(`zeroing the RAID superblock of ${device}`, () =>
    execute('mdadm', ['--zero-superblock', '--quiet', device]),
  )
  for (const part of [...(await partitionsOf(device)), device]) await run(log, 'wipefs', ['--all', '--force', part])
  await log.step(`zeroing both ends of ${device}`, () => zeroEnds(device))
  await execute('blockdev', ['--rereadpt', device]).catch(() => undefined) // its partitions are gone
  await settle()
  const content = await contentOf(device, await sizeOf(device))
  if (content.kind !== 'blank') throw new Failure('disk.wipe', `${device} is not blank after it was wiped`)
}

/** The array over the first member, as sysfs sees it; mdadm's exit code says too little. */
const findArray = async (name: string, members: readonly string[]): Promise<string> => {
  const device = await waitFor(10, async () => {
    const over = await Promise.all(members.map(arrayOver))
    const [first] = over
    return first !== undefined && over.every((array) => array === first) ? first : undefined
  })
  if (device === undefined)
    throw new Failure('disk.array', `the array '${name}' does not run over ${members.join(' ')}`)
  return device
}

const create = async ({ log }: Machinery, { name, level, members }: Step<'create'>): Promise<void> => {
  await run(log, 'modprobe', [level === 'raid5' || level === 'raid6' ? 'raid456' : level])
  // A mirror of blank disks needs no first copy; parity does.
  const mirrored = level === 'raid1' || level === 'raid10'
  await run(log, 'mdadm', [
    '--create',
    `/dev/md/${name}`,
    '--run',
    ...(members.length === 1 ? ['--force'] : []),
    '--homehost=any',
    `--name=${name}`,
    '--metadata=1.2',
    `--level=${level}`,
    `--raid-devices=${members.length}`,
    ...(mirrored ? ['--assume-clean', '--bitmap=internal'] : []),
    ...members,
  ])
  await settle()
  const device = await findArray(name, members)
  const state = await arrayState(device)
  if (state.level !== level || state.devices !== members.length || state.degraded > 0)
    throw new Failure(
      'disk.array',
      `${device} is ${state.level} of ${state.devices} (${state.degraded} missing), not ${level} of ${members.length}`,
    )
  log.info(`${device} is ${level} '${name}', ${state.state}`)
  // former content shows through a new array: creating one writes no more than superblocks
  await run(log, 'wipefs', ['--all', '--force', device])
  await log.step(`zeroing both ends of ${device}`, () => zeroEnds(device))
}

const assemble = async ({ log }: Machinery, { name, uuid, members, devices }: Step<'assemble'>): Promise<void> => {
  await run(log, 'mdadm', ['--assemble', `/dev/md/${name}`, '--run', '--homehost=any', `--uuid=${uuid}`, ...members])
  await settle()
  const device = await findArray(name, members)
  const state = await arrayState(device)
  if (state.state === 'inactive' || state.devices !== devices)
    throw new Failure('disk.array', `${device} ('${name}') is ${state.state} with ${state.devices} of ${devices} disks`)
}

const add = async ({ log }: Machinery, { name, members, device }: Step<'add'>): Promise<void> => {
  await run(log, 'mdadm', ['--manage', await findArray(name, members), '--add', device])
}

const deviceOf = (step: { name: string; members: readonly string[]; single: boolean }): Promise<string> =>
  step.single ? Promise.resolve(step.members[0]!) : findArray(step.name, step.members)

const mkfs = { ext4: ['-q', '-F', '-L'], xfs: ['-q', '-f', '-L'] } as const

const format = async ({ log }: Machinery, step: Step<'format'>): Promise<void> => {
  const device = await deviceOf(step)
  const before = await contentOf(device, await sizeOf(device))
  if (before.kind !== 'blank') {
    if (!step.fresh && before.kind === 'filesystem' && before.fs === step.fs && before.label === step.name) return
    throw new Failure(
      'disk.foreign',
      `${device} holds ${before.kind === 'filesystem' ? `${before.fs} '${before.label}'` : 'something else'}, not ${step.fs} '${step.name}'`,
    )
  }
  await run(log, `mkfs.${step.fs}`, [...mkfs[step.fs], step.name, device])
  const after = await contentOf(device, await sizeOf(device))
  if (after.kind !== 'filesystem' || after.fs !== step.fs)
    throw new Failure('disk.format', `${device} holds no ${step.fs} after mkfs`)
}

const mountStep = async ({ log, root }: Machinery, step: Step<'mount'>): Promise<void> => {
  const device = await deviceOf(step)
  const target = await makeBelow(root, step.target)
  if (!(await isMounted(target))) {
    await run(log, 'modprobe', [step.fs])
    await run(log, 'mount', ['-t', step.fs, '-o', 'noatime', device, target])
  }
  const uuid = parseExport((await execute('blkid', ['-p', '-o', 'export', device])).stdout).get('UUID')
  await addMount(root, {
    source: uuid === undefined ? device : `UUID=${uuid}`,
    target: step.target,
    type: step.fs,
    options: ['noatime', 'nofail'],
  })
}

const makeDirectory = async ({ log, root }: Machinery, { path }: Step<'directory'>): Promise<void> => {
  await log.step(`making ${path}`, async () => chmod(await makeBelow(root, path), 0o700))
}

const applyStep = (machinery: Machinery, step: MkdiskStep): Promise<void> => {
  switch (step.kind) {
    case 'stop':
      return stop(machinery, step)
    case 'clear':
      return clear(machinery, step)
    case 'create':
      return create(machinery, step)
    case 'assemble':
      return assemble(machinery, step)
    case 'add':
      return add(machinery, step)
    case 'format':
      return format(machinery, step)
    case 'mount':
      return mountStep(machinery, step)
    case 'move':
      return moveDirectory(machinery.log, machinery.root, step.from, step.to)
    case 'directory':
      return makeDirectory(machinery, step)
  }
}

/** Does what a plan says, step by step; stops at the first that fails. */
export const applyPlan = async (plan: MkdiskPlan, machinery: Machinery): Promise<void> => {
  for (const step of plan.steps) {
    machinery.progress()
    await applyStep(machinery, step)
  }
}
