import type { FirewalldParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './firewalld.schema.json' with { type: 'json' }
import { type Setting, settingOf } from './setting.ts'

type Situation = {
  readonly isRunning: boolean
  /** Permanent zones; only when the task is about a zone itself. */
  readonly zones: readonly string[]
  readonly target: string
  /** firewall-cmd's exit codes for the question, 0 for yes, 1 for no; undefined when it was not asked. */
  readonly permanent: number | undefined
  readonly running: number | undefined
  readonly said: string
}

const noAnswer = 127

/** The words that name the zone; firewalld knows its default one itself. */
const zoneWords = ({ zone }: FirewalldParameters): string[] => (zone === undefined ? [] : [`--zone=${zone}`])

/** Asks firewalld, or its configuration when it does not run; one round trip, as few calls as can be: each takes a second. */
const look = async (host: Host, params: FirewalldParameters, setting: Setting | undefined): Promise<Situation> => {
  const { permanent, immediate, target } = params
  const zone = zoneWords(params)
  const question = setting === undefined ? [] : [...zone, setting.query]
  const isAsked = (is: boolean) => (setting !== undefined && is ? sh`true` : sh`false`)
  const output = await host.run(sh`
    export LC_ALL=C
    command -v firewall-cmd >/dev/null || exit ${noAnswer}
    if firewall-cmd --state >/dev/null 2>&1; then echo 'is running'; kept='firewall-cmd --permanent'
    else echo 'is stopped'; kept=firewall-offline-cmd; fi
    ${setting === undefined ? sh`printf 'zones %s\n' "$($kept --get-zones)"` : sh``}
    ${target === undefined ? sh`` : sh`printf 'target %s\n' "$($kept ${zone} --get-target 2>/dev/null)"`}
    if ${isAsked(permanent)}; then $kept ${question} >/dev/null; echo "permanent $?"; fi
    if ${isAsked(immediate || !permanent)} && [ "$kept" != firewall-offline-cmd ]; then
      firewall-cmd ${question} >/dev/null; echo "running $?"
    fi`)
  if (output.code === noAnswer) {
    throw new Failure('module.command', 'this host has no firewall-cmd', {
      at: host.at,
      hint: 'install the package firewalld with an earlier task',
    })
  }
  const lines = output.stdout.toString().split('\n')
  const value = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1)
  const code = (key: string) => (value(key) === undefined ? undefined : Number(value(key)))
  return {
    isRunning: value('is') === 'running',
    zones: (value('zones') ?? '').split(' '),
    target: value('target') ?? '',
    permanent: code('permanent'),
    running: code('running'),
    said: output.stderr.toString().trim(),
  }
}

/** Where the setting has to be. Throws a Failure when the firewall does not run and must. */
const scopesOf = (host: Host, { permanent, immediate, offline }: FirewalldParameters, { isRunning }: Situation) => {
  if (!isRunning && (!permanent || (immediate && !offline))) {
    throw new Failure('module.firewalld', 'firewalld does not run, so nothing can be set in it', {
      at: host.at,
      hint: 'start it with an earlier task (systemd), or write its configuration: permanent: true, immediate: false',
    })
  }
  return { permanent, running: (immediate || !permanent) && isRunning }
}

/** firewall-cmd for the permanent configuration, whether firewalld runs or not. */
const keeping = ({ isRunning }: Situation): string[] =>
  isRunning ? ['firewall-cmd', '--permanent'] : ['firewall-offline-cmd']

async function* keepSetting(host: Host, params: FirewalldParameters, setting: Setting, found: Situation): Steps {
  const { state, timeout } = params
  if (state === 'present' || state === 'absent') {
    throw new Failure('module.parameter', `firewalld: the state ${state} is for zones alone`, {
      at: host.at,
      hint: "settings are 'enabled' or 'disabled'",
    })
  }
  const scopes = scopesOf(host, params, found)
  const { permanent, running, said } = found
  const zone = params.zone === undefined ? 'the default zone' : `the zone ${params.zone}`
  const unanswered = [scopes.permanent ? permanent : undefined, scopes.running ? running : undefined]
  if (unanswered.some((code) => code !== undefined && code > 1)) {
    throw new Failure('module.firewalld', `firewalld refuses ${setting.what} in ${zone}: ${said}`, {
      at: host.at,
    })
  }
  const isWanted = (state === 'enabled') === setting.isPositive
  const words = [...zoneWords(params), isWanted ? setting.add : setting.remove]
  const verb = isWanted ? 'allow' : 'take'
  const expected = isWanted ? 0 : 1
  if (scopes.permanent && permanent !== expected) {
    yield* change({
      what: `${verb} ${setting.what} ${isWanted ? 'in' : 'out of'} ${zone}, permanently`,
      apply: () => runOrFail(host, sh`${[...keeping(found), ...words]} >/dev/null`),
    })
  }
  if (scopes.running && running !== expected) {
    const limit = timeout > 0 && isWanted && !scopes.permanent ? [`--timeout=${timeout}`] : []
    yield* change({
      what: `${verb} ${setting.what} ${isWanted ? 'in' : 'out of'} ${zone}`,
      apply: () => runOrFail(host, sh`firewall-cmd ${words} ${limit} >/dev/null`),
    })
  }
  const kinds = [...(scopes.permanent ? ['Permanent'] : []), ...(scopes.running ? ['Non-Permanent(immediate)'] : [])]
  return { msg: `${kinds.join(' and ')} operation, ${setting.what} ${state}` }
}

/** Zones, and what a zone does with other packets; firewalld keeps both in its permanent configuration alone. */
async function* keepZone(host: Host, params: FirewalldParameters, found: Situation): Steps {
  const { state, permanent, target } = params
  const zone = params.zone ?? 'the default zone'
  if (!permanent) {
    throw new Failure('module.parameter', 'firewalld keeps zones permanently alone', {
      at: host.at,
      hint: 'set permanent: true',
    })
  }
  const isThere = found.zones.includes(zone)
  const isWanted = state === 'present' || state === 'enabled'
  if (target !== undefined) {
    const wanted = isWanted ? target : 'default'
    if (found.target === wanted) return {}
    yield* change({
      what: `set the target of the zone ${zone} to ${wanted}`,
      diff: { before: `${found.target}\n`, after: `${wanted}\n`, beforeHeader: zone, afterHeader: zone },
      apply: () => runOrFail(host, sh`${keeping(found)} ${zoneWords(params)} ${`--set-target=${wanted}`} >/dev/null`),
    })
    return { msg: `Permanent operation, Changed zone ${zone} to ${state}` }
  }
  if (state === 'enabled' || state === 'disabled' || params.zone === undefined) {
    throw new Failure('module.parameter', 'firewalld needs a setting, or a zone with the state present or absent', {
      at: host.at,
    })
  }
  if (isThere === isWanted) return {}
  yield* change({
    what: `${isWanted ? 'make' : 'remove'} the zone ${zone}`,
    apply: () => runOrFail(host, sh`${keeping(found)} ${`--${isWanted ? 'new' : 'delete'}-zone=${zone}`} >/dev/null`),
  })
  return { msg: `Permanent operation, ${isWanted ? 'Added' : 'Removed'} zone ${zone}` }
}

export const firewalld = module<FirewalldParameters>(
  'firewalld',
  schema as ModuleSchema,
  async function* (host, params) {
    if (params.zone !== undefined && !/^[A-Za-z0-9_][\w-]*$/.test(params.zone)) {
      throw new Failure('module.parameter', `firewalld: '${params.zone}' is no name of a zone`, { at: host.at })
    }
    if (params.port_forward !== undefined && params.port_forward.length !== 1) {
      throw new Failure('module.parameter', 'firewalld forwards one port a task', { at: host.at, hint: 'use a loop' })
    }
    const setting = settingOf(params)
    const found = await look(host, params, setting)
    return setting ? yield* keepSetting(host, params, setting, found) : yield* keepZone(host, params, found)
  },
)
