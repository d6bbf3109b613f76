import type { MdadmParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { checkDevice, noDevice, readContents } from '../blockdevice.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { optionWords } from '../optionwords.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import { type Facts, levelName, parseExport, parseMembers, sameUuid, withArray, withoutArray } from './examine.ts'
import schema from './mdadm.schema.json' with { type: 'json' }

type Situation = {
  /** The array as it runs. */
  readonly running: Facts | undefined
  /** Members of it: the device that a path leads to, and its role. */
  readonly members: ReadonlyMap<string, string>
  /** The superblocks of the devices of the task, by device. */
  readonly superblocks: ReadonlyMap<string, Facts>
  /** What each device of the task leads to. */
  readonly real: ReadonlyMap<string, string>
  readonly configuration: string | undefined
}

const nameOf = (device: string): string => device.replace(/^\/dev\/(md\/)?/, '')

const look = async (host: Host, device: string, params: MdadmParameters): Promise<Situation> => {
  const named = [...(params.devices ?? []), ...params.spares]
  const file = params.config_file ?? ''
  const output = await host.run(sh`
    export LC_ALL=C
    command -v mdadm >/dev/null || exit 127
    printf 'array\\n'; [ -b ${device} ] && mdadm --detail --export ${device} 2>/dev/null
    for one in ${named}; do
      printf '\\0%s\\n%s\\n' "$one" "$([ -b "$one" ] && readlink -f -- "$one")"
      mdadm --examine --export "$one" 2>/dev/null
    done
    printf '\\0conf\\n'; [ -f ${file} ] && cat -- ${file}`)
  if (output.code === 127) {
    throw new Failure('module.command', 'this host has no mdadm', { at: host.at, hint: 'install the package mdadm' })
  }
  const [array = '', ...rest] = output.stdout.toString().split('\0')
  const configuration = output.code === 0 ? (rest.at(-1) ?? '').slice('conf\n'.length) : undefined
  const superblocks = new Map<string, Facts>()
  const real = new Map<string, string>()
  for (const part of rest.slice(0, -1)) {
    const [one = '', leads = ''] = part.split('\n')
    real.set(one, leads)
    const facts = parseExport(part)
    if (facts) superblocks.set(one, facts)
  }
  return { running: parseExport(array), members: parseMembers(array), superblocks, real, configuration }
}

/** Yields the making of an array. Throws a Failure when a device holds something. */
async function* create(host: Host, device: string, params: MdadmParameters): Steps {
  const { devices = [], spares, level, chunk, metadata, bitmap, homehost, force } = params
  if (level === undefined || devices.length === 0) {
    throw new Failure('module.parameter', `mdadm needs 'level' and 'devices' to make ${device}`, { at: host.at })
  }
  const { contents } = await readContents(host, [...devices, ...spares])
  const [used] = contents
  if (used && !force) {
    throw new Failure('module.device', `${used[0]} holds ${used[1].type}`, {
      at: host.at,
      hint: 'what it holds is lost with force: true',
    })
  }
  const options = [
    `--level=${level}`,
    `--raid-devices=${devices.length}`,
    ...(spares.length > 0 ? [`--spare-devices=${spares.length}`] : []),
    `--metadata=${metadata}`,
    ...(chunk === undefined ? [] : [`--chunk=${chunk}`]),
    ...(bitmap === undefined ? [] : [`--bitmap=${bitmap}`]),
    ...(homehost === undefined ? [] : [`--homehost=${homehost}`]),
    ...(params.assume_clean ? ['--assume-clean'] : []),
    ...optionWords(host, 'opts', params.opts),
  ]
  const all = [...devices, ...spares]
  yield* change({
    what: `make ${device}, ${levelName(level)} of ${all.join(', ')}`,
    apply: () =>
      runOrFail(
        host,
        sh`${used ? sh`wipefs --all -- ${[...contents.keys()]} && ` : sh``}mdadm --create ${device} --run ${options} ${all} </dev/null`,
      ),
  })
  return {}
}

const wrongLevel = (host: Host, device: string, has: string, wanted: string): Failure =>
  new Failure('module.device', `${device} is ${has}, not ${wanted}`, {
    at: host.at,
    hint: 'an array keeps its level; make another one, or remove this one first (state: absent)',
  })

/** The devices of the task that are members of an array of this name which does not run; all of one array. */
const stoppedMembers = (host: Host, device: string, { superblocks }: Situation): string[] => {
  const name = nameOf(device)
  const own = [...superblocks].filter(([, facts]) => [name, name.replace(/^md/, '')].includes(facts.name))
  if (new Set(own.map(([, { uuid }]) => uuid)).size > 1) {
    const members = own.map(([one]) => one).join(', ')
    throw new Failure('module.device', `several arrays are called ${name}: ${members} belong to different ones`, {
      at: host.at,
      hint: 'wipe the superblocks of the one that is not wanted: filesystem with state: absent',
    })
  }
  return own.map(([one]) => one)
}

/** Yields what makes the devices of the task members of an array that is there. */
async function* addMissing(
  host: Host,
  device: string,
  { force }: MdadmParameters,
  known: Facts,
  missing: readonly string[],
): Steps {
  const { contents } = await readContents(host, missing)
  for (const one of missing) {
    const found = contents.get(one)
    // A member that was dropped goes back into its array.
    const isFormer = found?.type === 'linux_raid_member' && sameUuid(found.uuid, known.uuid)
    if (found && !isFormer && !force) {
      const holds = found.type === 'linux_raid_member' ? `a part of the array ${found.label ?? ''}` : found.type
      throw new Failure('module.device', `${one} holds ${holds}`, {
        at: host.at,
        hint: 'what it holds is lost with force: true',
      })
    }
    const wiped = found && !isFormer ? sh`wipefs --all -- ${one} && ` : sh``
    yield* change({
      what: `add ${one} to ${device}`,
      apply: () => runOrFail(host, sh`${wiped}mdadm ${device} --add ${one}`),
    })
  }
  return {}
}

async function* present(host: Host, device: string, params: MdadmParameters, situation: Situation): Steps {
  const { level, devices = [], spares } = params
  const { running, members, superblocks, real } = situation
  const named = [...devices, ...spares]
  for (const one of named) if (!real.get(one)) throw noDevice(host, one)
  const stopped = running ? [] : stoppedMembers(host, device, situation)
  const known = running ?? superblocks.get(stopped[0] ?? '')
  if (!known) return yield* create(host, device, params)
  if (level !== undefined && known.level !== levelName(level)) {
    throw wrongLevel(host, device, known.level, levelName(level))
  }
  let now = members
  if (!running) {
    yield* change({
      what: `start ${device}`,
      // 2: it runs with fewer members than it should have.
      apply: () => runOrFail(host, sh`mdadm --assemble --run ${device} ${stopped} || [ $? = 2 ]`),
    })
    // A member that has missed writes is left out.
    now = host.check
      ? new Map(stopped.map((one) => [real.get(one) ?? '', '']))
      : (await look(host, device, params)).members
  }
  return yield* addMissing(
    host,
    device,
    params,
    known,
    named.filter((one) => !now.has(real.get(one) ?? '')),
  )
}

/** Yields the ARRAY line of a configuration. */
async function* configure(host: Host, device: string, path: string, { configuration, running }: Situation): Steps {
  // In check mode a new array has no identifier yet: that its line is missing is all that is known.
  const uuid = running?.uuid ?? (host.check ? 'NEW' : undefined)
  if (uuid === undefined) return {}
  const after = withArray(configuration ?? '', uuid, device)
  return yield* rewriteFile(host, { path, before: configuration, after })
}

async function* stop(host: Host, device: string, { running, superblocks, members }: Situation, wipe: boolean): Steps {
  if (running) {
    yield* change({ what: `stop ${device}`, apply: () => runOrFail(host, sh`mdadm --stop ${device}`) })
  }
  const name = nameOf(device)
  const own = [...superblocks].filter(([, facts]) => facts.uuid === running?.uuid || (!running && facts.name === name))
  const wiped = [...new Set([...members.keys(), ...own.map(([one]) => one)])]
  if (wipe && wiped.length > 0) {
    yield* change({
      what: `wipe the superblocks of ${wiped.join(', ')}`,
      apply: () => runOrFail(host, sh`mdadm --zero-superblock ${wiped}`),
    })
  }
  return {}
}

export const mdadm = module<MdadmParameters>('mdadm', schema as ModuleSchema, async function* (host, params) {
  const { name, state, config_file } = params
  if (!/^(\/dev\/(md\/)?)?[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) {
    throw new Failure('module.parameter', `mdadm: '${name}' is no name of an array`, {
      at: host.at,
      hint: 'letters, digits and . _ - are, or the device /dev/mdNUMBER',
    })
  }
  const device = name.startsWith('/') ? name : `/dev/md/${name}`
  for (const one of [...(params.devices ?? []), ...params.spares]) checkDevice(host, 'devices', one)
  const situation = await look(host, device, params)
  if (state === 'present') {
    yield* present(host, device, params, situation)
    const now = situation.running || host.check ? situation : await look(host, device, params)
    if (config_file !== undefined) yield* configure(host, device, config_file, now)
    return { device, uuid: now.running?.uuid ?? null }
  }
  yield* stop(host, device, situation, state === 'absent')
  if (state === 'absent' && config_file !== undefined && situation.configuration !== undefined) {
    const uuids = situation.running ? [situation.running.uuid] : []
    const before = situation.configuration
    yield* rewriteFile(host, { path: config_file, before, after: withoutArray(before, uuids, device) })
  }
  return { device }
})
