import type { PartedParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { checkDevice, noDevice } from '../blockdevice.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './parted.schema.json' with { type: 'json' }
import { endsAt, type Partition, type Printed, parsePrint, placePattern } from './print.ts'

/** What is on the disk, in a unit. A disk without a label is no error. */
const look = async (host: Host, device: string, unit: string): Promise<Printed> => {
  const output = await host.run(sh`
    command -v parted >/dev/null || exit 127
    [ -e ${device} ] || exit 44
    LC_ALL=C parted -s -m ${device} -- unit ${unit} print </dev/null`)
  if (output.code === 127) {
    throw new Failure('module.command', 'parted is not installed', {
      at: host.at,
      hint: 'install the package parted with an earlier task',
    })
  }
  if (output.code === 44) throw noDevice(host, device)
  const printed = parsePrint(output.stdout.toString(), unit)
  if (printed) return printed
  const said = output.stderr.toString().trim() || output.stdout.toString().trim()
  throw new Failure('module.device', `parted cannot read ${device}: ${said}`, { at: host.at })
}

/** Checks what parted would misread. Throws a Failure. */
const check = (host: Host, { state, number, part_start, part_end, name, flags, fs_type }: PartedParameters): void => {
  const refuse = (message: string, hint?: string) => {
    throw new Failure('module.parameter', message, { at: host.at, hint })
  }
  if (state !== 'info' && number === undefined) refuse(`parted needs 'number' for the state ${state}`)
  if (number !== undefined && number < 1) refuse("parted: 'number' must be at least 1")
  for (const [parameter, text] of Object.entries({ part_start, part_end })) {
    if (!placePattern.test(text))
      refuse(`parted: '${parameter}' is no place on a disk: ${text}`, "such as '10GiB', '50%'")
  }
  if (name !== undefined && /["\\\n]/.test(name))
    refuse("parted: 'name' cannot hold quotes, backslashes or line breaks")
  for (const word of [...(flags ?? []), ...(fs_type === undefined ? [] : [fs_type])]) {
    if (!/^[a-z][\w()-]*$/.test(word)) refuse(`parted: '${word}' is no flag or file system`)
  }
}

/** The words that make or resize the partition. */
const shape = async (host: Host, params: PartedParameters, { disk, partitions }: Printed): Promise<string[]> => {
  const { device, label, number, part_type, fs_type, part_start, part_end, resize, unit } = params
  const isNewTable = disk.table !== label
  const isThere = !isNewTable && partitions.some(({ num }) => num === number)
  if (!isThere) {
    const kind = fs_type === undefined ? [] : [fs_type]
    return [...(isNewTable ? ['mklabel', label] : []), 'mkpart', part_type, ...kind, part_start, part_end]
  }
  if (!resize) return []
  const inBytes = await look(host, device, 'B')
  const own = inBytes.partitions.find(({ num }) => num === number)
  const { size, logical_block } = inBytes.disk
  const isKnown = typeof own?.end === 'number' && typeof size === 'number'
  const isRight = isKnown && endsAt(own.end, part_end, unit, { size, logical_block })
  return isRight ? [] : ['resizepart', String(number), part_end]
}

/** The words that give the partition its name and flags. */
const mark = ({ number, name, flags }: PartedParameters, own: Partition | undefined): string[] => {
  const num = String(number)
  // Quotes of parted's own: it would part the name at blanks.
  const words = name !== undefined && own?.name !== name ? ['name', num, `"${name}"`] : []
  if (!flags || flags.length === 0) return words
  // parted sets boot with esp.
  const wanted = new Set(flags.includes('esp') ? [...flags, 'boot'] : flags)
  const has = new Set(own?.flags ?? [])
  return [
    ...words,
    ...[...wanted].filter((flag) => !has.has(flag)).flatMap((flag) => ['set', num, flag, 'on']),
    ...[...has].filter((flag) => !wanted.has(flag)).flatMap((flag) => ['set', num, flag, 'off']),
  ]
}

async function* run(host: Host, { device, align, unit }: PartedParameters, words: readonly string[]): Steps {
  if (words.length === 0) return {}
  const alignment = align === 'undefined' ? [] : ['-a', align]
  yield* change({
    what: `parted ${device}: ${words.join(' ')}`,
    // The kernel's devices of partitions come by udev, which the next task may need.
    apply: () =>
      runOrFail(
        host,
        sh`LC_ALL=C parted -s -m ${alignment} ${device} -- unit ${unit} ${words} </dev/null && { ! command -v udevadm >/dev/null || udevadm settle --timeout=30 || :; }`,
      ),
  })
  return {}
}

export const parted = module<PartedParameters>('parted', schema as ModuleSchema, async function* (host, params) {
  const { device, state, number, unit } = params
  checkDevice(host, 'device', device)
  check(host, params)
  const printed = await look(host, device, unit)
  const told = ({ disk, partitions }: Printed, words: readonly string[]) => ({
    disk,
    partitions,
    script: words.length === 0 ? '' : ['unit', unit, ...words].join(' '),
  })
  if (state === 'info') return told(printed, ['print'])
  const own = printed.partitions.find(({ num }) => num === number)
  if (state === 'absent') {
    const words = own ? ['rm', String(number)] : []
    yield* run(host, params, words)
    return told(host.check || !own ? printed : await look(host, device, unit), words)
  }
  const shaping = await shape(host, params, printed)
  yield* run(host, params, shaping)
  const isNew = shaping.length > 0 && shaping[0] !== 'resizepart'
  const made = shaping.length > 0 && !host.check ? await look(host, device, unit) : printed
  const current = isNew && host.check ? undefined : made.partitions.find(({ num }) => num === number)
  const marking = mark(params, current)
  yield* run(host, params, marking)
  const words = [...shaping, ...marking]
  return told(marking.length > 0 && !host.check ? await look(host, device, unit) : made, words)
})
