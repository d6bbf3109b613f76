import { Failure } from '../../engine/failure.ts'
import { contentOf, sizeOf } from '../system/content.ts'
import { removeMarks } from '../system/marks.ts'
import { arrayOver, arrayState, isRunning, membersOf } from '../system/raid.ts'
import { hasUdev, settle } from '../system/udev.ts'
import { waitFor } from '../system/wait.ts'
import { emptyDevice } from './clear.ts'
import { attemptTool, lastWords, loadModule, type Machinery } from './machinery.ts'
import type { StepOf } from './steps.ts'

/** Without udev mdadm must make its device nodes itself, and would wait for somebody else to do it. */
const mdadmEnvironment = (): NodeJS.ProcessEnv => (hasUdev() ? process.env : { ...process.env, MDADM_NO_UDEV: '1' })

const mdadm = ({ log }: Machinery, ...args: readonly string[]) =>
  attemptTool(log, 'mdadm', args, { env: mdadmEnvironment() })

/** Stops an array, and what udev puts together again out of it in the same moment. */
export const stopArray = async (machinery: Machinery, array: string): Promise<void> => {
  const members = await membersOf(array)
  const gone = async () => {
    const over = await Promise.all(members.map(arrayOver))
    return over.every((each) => each === undefined)
  }
  for (let times = 0; times < 5; times++) {
    const over = new Set((await Promise.all(members.map(arrayOver))).filter((each) => each !== undefined))
    for (const each of over) await mdadm(machinery, '--stop', each)
    await settle()
    if (await gone()) return
  }
  throw new Failure('disk.array', `${array} does not stop`, {
    hint: `look who uses it: lsblk ${array}, fuser -vm ${array}`,
  })
}

export const stop = (machinery: Machinery, { array }: StepOf<'stop'>): Promise<void> => stopArray(machinery, array)

/** Stops whatever runs over these devices. */
const release = async (machinery: Machinery, devices: readonly string[]): Promise<void> => {
  for (const device of devices) {
    const array = await arrayOver(device)
    if (array !== undefined) await stopArray(machinery, array)
  }
}

/** The one array over all of the members, as sysfs sees it. */
export const findArray = async (name: string, members: readonly string[], seconds = 10): Promise<string> => {
  const device = await waitFor(seconds, async () => {
    const over = await Promise.all(members.map(arrayOver))
    const [first] = over
    return first !== undefined && over.every((array) => array === first) ? first : undefined
  })
  if (device === undefined)
    throw new Failure('disk.array', `the array '${name}' does not run over ${members.join(' ')}`, {
      hint: '/proc/mdstat shows what runs, `mdadm --examine DEVICE` what the disks say',
    })
  return device
}

export const create = async (machinery: Machinery, step: StepOf<'create'>): Promise<void> => {
  const { log } = machinery
  const { name, level, members, spares } = step
  await loadModule(level === 'raid5' || level === 'raid6' ? 'raid456' : level)
  // A mirror of blank disks needs no first copy; parity does, at once and not as if a disk was replaced (--force).
  const isMirror = level === 'raid1' || level === 'raid10'
  const isParity = level === 'raid5' || level === 'raid6'
  const args = [
    ...['--create', `/dev/md/${name}`, '--run', '--homehost=any', `--name=${name}`, '--metadata=1.2'],
    ...[`--level=${level}`, `--raid-devices=${members.length}`],
    ...(spares.length > 0 ? [`--spare-devices=${spares.length}`] : []),
    ...(members.length === 1 || isParity ? ['--force'] : []),
    ...(isMirror ? ['--assume-clean'] : []),
    ...(level === 'raid0' ? [] : ['--bitmap=internal']),
    ...members,
    ...spares,
  ]
  let said = ''
  for (let times = 0; times < 3; times++) {
    // udev may have put a former array together out of what it saw a moment ago
    await release(machinery, [...members, ...spares])
    said = lastWords(await mdadm(machinery, ...args))
    await settle()
    const device = await findArray(name, members, 5).catch(() => undefined)
    const state = device === undefined ? undefined : await arrayState(device)
    if (device === undefined || !state) continue
    if (state.level !== level || state.devices !== members.length || state.degraded > 0 || !isRunning(state)) continue
    log.info(
      `${device} is ${level} '${name}', ${state.state}${['', 'idle'].includes(state.action) ? '' : `, ${state.action}`}`,
    )
    // former content shows through a new array: creating one writes no more than superblocks
    await emptyDevice(machinery, device)
    return
  }
  throw new Failure('disk.array', `the ${level} array '${name}' of ${members.join(' ')} was not made: ${said}`, {
    hint: 'the kernel log (dmesg) says which disk failed',
  })
}

export const assemble = async (machinery: Machinery, step: StepOf<'assemble'>): Promise<void> => {
  const { log, warn } = machinery
  const { name, uuid, members, devices } = step
  // what runs in part, put together by udev a moment ago, holds its members
  const over = await arrayOver(members[0]!)
  const before = over === undefined ? undefined : await arrayState(over)
  let said = ''
  if (!before || !isRunning(before)) {
    await release(machinery, members)
    said = lastWords(
      await mdadm(machinery, '--assemble', `/dev/md/${name}`, '--run', '--homehost=any', `--uuid=${uuid}`, ...members),
    )
    await settle()
  }
  const array = await waitFor(10, async () =>
    (await Promise.all(members.map(arrayOver))).find((each) => each !== undefined),
  )
  const state = array === undefined ? undefined : await arrayState(array)
  if (array === undefined || !state || !isRunning(state) || state.devices !== devices) {
    if (array !== undefined) await stopArray(machinery, array)
    throw new Failure('disk.array', `the array '${name}' does not start with ${members.join(' ')}: ${said}`, {
      hint: '`mdadm --examine DEVICE` tells what each disk knows; nothing was written',
    })
  }
  // a member that missed something is left out: it joins again and is brought up to date
  for (const device of members) {
    if ((await arrayOver(device)) !== undefined) continue
    await mdadm(machinery, '--manage', array, '--re-add', device)
    if ((await arrayOver(device)) === undefined) await mdadm(machinery, '--manage', array, '--add', device)
    if ((await arrayOver(device)) === array) warn(`${device} was behind the array '${name}' and is brought up to date`)
    else
      warn(
        `${device} was behind the array '${name}' and did not join it; if nothing on it is needed: mdadm --zero-superblock ${device}; blkdiscard --zeroout ${device}; mkdisk -c`,
      )
  }
  log.info(
    `${array} is ${state.level} '${name}', ${state.state}${state.degraded > 0 ? `, lacks ${state.degraded}` : ''}`,
  )
}

export const add = async (machinery: Machinery, { name, members, device }: StepOf<'add'>): Promise<void> => {
  const { log, warn } = machinery
  const array = await findArray(name, [members[0]!])
  if ((await arrayOver(device)) !== array) {
    await release(machinery, [device])
    await removeMarks(device, await sizeOf(device))
    const known = await contentOf(device, await sizeOf(device))
    if (known.kind === 'member') await mdadm(machinery, '--manage', array, '--re-add', device)
    const output =
      (await arrayOver(device)) === array ? undefined : await mdadm(machinery, '--manage', array, '--add', device)
    const joined = await waitFor(5, async () => ((await arrayOver(device)) === array ? true : undefined))
    if (!joined) return warn(`${device} does not join the array '${name}': ${output ? lastWords(output) : ''}`)
  }
  const { action } = await arrayState(array)
  log.info(`${device} is in ${array} ('${name}')${['', 'idle'].includes(action) ? '' : `: ${action}`}`)
}
