import { access, chmod, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, messageOf } from '../../engine/failure.ts'
import { makeBelow } from '../system/below.ts'
import { contentOf, probe, sizeOf } from '../system/content.ts'
import { removeMarks, writeMark } from '../system/marks.ts'
import { isMounted } from '../system/mounts.ts'
import { arrayState, failedMembers, membersOf, sysNames, sysText } from '../system/raid.ts'
import { run } from '../system/run.ts'
import { findArray } from './arrays.ts'
import { addMount } from './fstab.ts'
import { contentText } from './machine.ts'
import { loadModule, type Machinery } from './machinery.ts'
import type { FileSystem } from './settings.ts'
import type { StepOf, Target } from './steps.ts'

const mapped = (name: string): string => `/dev/mapper/${name}`

/** The device under the encryption. */
const lowerOf = ({ isArray, name, members }: Target): Promise<string> =>
  isArray ? findArray(name, members) : Promise.resolve(members[0]!)

/** The device that the file system is on. */
export const deviceOf = (target: Target): Promise<string> =>
  target.key === undefined ? lowerOf(target) : Promise.resolve(mapped(target.name))

/** The kernel's name of a device: sysfs and /proc/swaps have /dev/dm-0 for a mapping. */
const kernelDevice = async (device: string): Promise<string> => {
  for (const name of (await sysNames('/sys/class/block')).filter((each) => each.startsWith('dm-')))
    if (mapped(await sysText(`/sys/class/block/${name}/dm/name`)) === device) return `/dev/${name}`
  return device
}

const contentOn = async (device: string) => contentOf(device, await sizeOf(await kernelDevice(device)))

/** Whether the file system of a volume is there already, by its label. */
export const holdsFileSystem = async ({ target, fs }: StepOf<'format'>): Promise<boolean> => {
  const content = await contentOn(await deviceOf(target))
  return content.kind === 'filesystem' && content.fs === fs && content.label === target.name
}

/** The least length of a key file: its derivation is short, as a random key needs no other. */
const leastKey = 32

/** The file with a volume's key: a secret by its name, or a path of the root. Its content is never read here. */
const keyFile = async ({ keys, root }: Machinery, { name, key = '' }: Target): Promise<string> => {
  const file = key.startsWith('/') ? join(root, key) : join(keys, key)
  const found = await stat(file).catch(() => undefined)
  const hint = `make one: openssl rand -hex 32; 'provision secrets' gives it to the node by the name '${key}'`
  if (!found?.isFile()) throw new Failure('disk.key', `the key of '${name}' is not there: ${file}`, { hint })
  if (found.size < leastKey)
    throw new Failure('disk.key', `the key of '${name}' has ${found.size} bytes, ${leastKey} are the least`, { hint })
  return file
}

export const isMappingOpen = (name: string): Promise<boolean> =>
  access(mapped(name)).then(
    () => true,
    () => false,
  )

const open = async (machinery: Machinery, target: Target, device: string, file: string): Promise<void> => {
  if (await isMappingOpen(target.name)) {
    const below = await membersOf(await kernelDevice(mapped(target.name)))
    if (below.includes(device)) return
    throw new Failure(
      'disk.busy',
      `${mapped(target.name)} is open already, on ${below.join(' ')} and not on ${device}`,
      {
        hint: `close it (cryptsetup close ${target.name}), or give the volume another name`,
      },
    )
  }
  try {
    await run(machinery.log, 'cryptsetup', ['open', '--type', 'luks', '--key-file', file, device, target.name])
  } catch (cause) {
    throw new Failure('disk.key', `the key ${target.key} does not open '${target.name}' on ${device}`, {
      cause,
      hint: 'is it the key that the volume was made with? Nothing was written',
    })
  }
}

export const encrypt = async (machinery: Machinery, { target }: StepOf<'encrypt'>): Promise<void> => {
  const file = await keyFile(machinery, target)
  const device = await lowerOf(target)
  await loadModule('dm_crypt')
  if (!target.isArray) await writeMark(device, await sizeOf(device), 'inside', target.name)
  await run(machinery.log, 'cryptsetup', [
    ...['luksFormat', '--type', 'luks2', '--batch-mode', '--label', target.name, '--key-file', file],
    ...['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'],
    device,
  ])
  await open(machinery, target, device, file)
}

export const unlock = async (machinery: Machinery, { target }: StepOf<'unlock'>): Promise<void> => {
  const device = await lowerOf(target)
  const content = await contentOf(device, await sizeOf(device))
  if (content.kind !== 'luks')
    throw new Failure(
      'disk.foreign',
      `${device} ('${target.name}') holds ${contentText(content)}, the profile says LUKS`,
    )
  await loadModule('dm_crypt')
  await open(machinery, target, device, await keyFile(machinery, target))
}

export const closeMapping = async ({ log }: Pick<Machinery, 'log'>, name: string): Promise<void> => {
  if (await isMappingOpen(name)) await run(log, 'cryptsetup', ['close', name])
}

/** mkfs, with what makes it write over anything, leave discarding to the wipe, and set the label. */
const mkfs: Readonly<Record<FileSystem, readonly string[]>> = {
  ext4: ['mkfs.ext4', '-q', '-F', '-L'],
  xfs: ['mkfs.xfs', '-q', '-f', '-K', '-L'],
  btrfs: ['mkfs.btrfs', '-q', '-f', '-K', '-L'],
  swap: ['mkswap', '-f', '-L'],
}

/** The arguments of mkfs. Of several -E mke2fs takes the last alone. */
export const mkfsCommand = (
  fs: FileSystem,
  label: string,
  further: readonly string[],
  device: string,
): readonly string[] => {
  const extended = further.indexOf('-E')
  const own = further.map((word, index) =>
    fs === 'ext4' && extended >= 0 && index === extended + 1 ? `${word},nodiscard` : word,
  )
  return [...mkfs[fs], label, ...(fs === 'ext4' && extended < 0 ? ['-E', 'nodiscard'] : []), ...own, device]
}

export const format = async (machinery: Machinery, step: StepOf<'format'>): Promise<void> => {
  const { log } = machinery
  const { target, fs, isFresh } = step
  const device = await deviceOf(target)
  const before = await contentOn(device)
  if (!isFresh && before.kind !== 'blank') {
    if (before.kind === 'filesystem' && before.fs === fs && before.label === target.name) return
    throw new Failure(
      'disk.foreign',
      `${device} holds ${contentText(before)}, the profile says ${fs} '${target.name}'`,
      {
        hint: 'what is there is kept; wipe (`wipe: true`, WIPE_ON_BOOT, mkdisk -r) makes it what the profile says',
      },
    )
  }
  await markBegun(target, isFresh)
  const [program = '', ...args] = mkfsCommand(fs, target.name, step.mkfs, device)
  await run(log, program, args)
  const after = await contentOn(device)
  const isThere = after.kind === 'unfinished' || (after.kind === 'filesystem' && after.fs === fs)
  if (!isThere) throw new Failure('disk.format', `${device} holds no ${fs} after ${program}`)
  if (!isFresh) await finish(machinery, { kind: 'finish', devices: target.members })
}

/** The kernel goes on without a member that fails, or without blocks of it, and tells nobody. */
const tellOfFailed = async ({ warn }: Machinery, { name, members, isArray }: Target): Promise<void> => {
  if (!isArray) return
  const array = await findArray(name, members)
  const failed = await failedMembers(array)
  const { level } = await arrayState(array)
  if (failed.length > 0)
    warn(
      `${failed.join(' and ')} failed in the array '${name}' (${level}): replace it; dmesg says what it answered, \`mdadm --detail ${array}\` how the array is`,
    )
}

/**
 * Marks what is to be formatted, where it is not marked yet: one disk inside, as mkfs overwrites its beginning (encrypt did so
 * before), and an array that was found empty on its members.
 */
const markBegun = async ({ members, name, key, isArray }: Target, isFresh: boolean): Promise<void> => {
  if (!isArray && key === undefined) await writeMark(members[0]!, await sizeOf(members[0]!), 'inside', name)
  if (isArray && !isFresh)
    for (const member of members) await writeMark(member, await sizeOf(member), 'member', name, true)
}

/** One member without a mark tells that all was made: another one may have failed meanwhile. */
export const finish = async ({ log }: Machinery, { devices }: StepOf<'finish'>): Promise<void> => {
  const failures: unknown[] = []
  for (const device of devices)
    await removeMarks(device, await sizeOf(device)).catch((thrown) => {
      log.warning(messageOf(thrown))
      failures.push(thrown)
    })
  if (failures.length === devices.length) throw failures[0]
}

/** By UUID, as the number of an array may be another one after the next boot. */
const sourceOf = async (device: string): Promise<string> => {
  const uuid = (await probe(device)).get('UUID')
  return uuid === undefined ? device : `UUID=${uuid}`
}

export const mountVolume = async (machinery: Machinery, step: StepOf<'mount'>): Promise<void> => {
  const { log, root } = machinery
  await tellOfFailed(machinery, step.target)
  const device = await deviceOf(step.target)
  const target = await makeBelow(root, step.at)
  if (!(await isMounted(target))) {
    await loadModule(step.fs)
    await run(log, 'mount', [
      '-t',
      step.fs,
      ...(step.options.length > 0 ? ['-o', step.options.join(',')] : []),
      device,
      target,
    ])
  }
  await addMount(root, {
    source: await sourceOf(device),
    target: step.at,
    type: step.fs,
    options: [...step.options, 'nofail'],
  })
}

export const isSwapping = async (target: Target): Promise<boolean> => {
  const device = await deviceOf(target)
  const active = await sysText('/proc/swaps')
  return [device, await kernelDevice(device)].some((name) => active.includes(`${name} `))
}

export const swapOn = async (machinery: Machinery, { target, options }: StepOf<'swap'>): Promise<void> => {
  const { log, root } = machinery
  await tellOfFailed(machinery, target)
  const device = await deviceOf(target)
  if (!(await isSwapping(target)))
    await run(log, 'swapon', [...(options.length > 0 ? ['-o', options.join(',')] : []), device])
  await addMount(root, {
    source: await sourceOf(device),
    target: 'none',
    type: 'swap',
    options: [...options, 'nofail'],
  })
}

export const makeDirectory = async ({ log, root }: Machinery, { path }: StepOf<'directory'>): Promise<void> => {
  await log.step(`making ${path}`, async () => chmod(await makeBelow(root, path), 0o700))
}
