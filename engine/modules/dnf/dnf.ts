import type { DnfParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type Host, type ModuleSchema, module, type Result, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { isInstalled, isNewerInstalled } from './decide.ts'
import schema from './dnf.schema.json' with { type: 'json' }
import { listPackages } from './list.ts'
import { parseSpec, type Spec } from './names.ts'
import { type Call, callDnf, flags, program } from './program.ts'
import { lookAtRpms } from './rpm.ts'

type State = 'present' | 'latest' | 'absent'

const stateOf = ({ state, autoremove }: DnfParameters): State => {
  if (state === undefined) return autoremove ? 'absent' : 'present'
  if (state === 'latest') return state
  return state === 'absent' || state === 'removed' ? 'absent' : 'present'
}

/** Names of the modules of `@name:stream`. */
const modulesOf = (specs: readonly Spec[]): string[] =>
  specs.flatMap(({ kind, text }) => (kind === 'group' && text.includes(':') ? (text.slice(1).split(':')[0] ?? []) : []))

const list = (specs: readonly Spec[]): string => specs.map(({ text }) => text).join(' ')

/** What dnf has to be called with: nothing when the rpm database says that all is as it should be. */
const callsFor = async (
  host: Host,
  specs: readonly Spec[],
  params: DnfParameters,
  state: State,
): Promise<readonly Call[]> => {
  const call = (verb: string, chosen: readonly Spec[], isNeeded: boolean): Call[] =>
    chosen.length === 0
      ? []
      : [{ what: `${verb} ${list(chosen)}`, words: [verb, ...chosen.map(({ text }) => text)], isNeeded }]
  // What a group or a pattern means is for dnf to say.
  const isSure = ({ kind }: Spec) => kind !== 'group' && kind !== 'pattern'

  if (state === 'latest' && specs.some(({ text }) => text === '*')) {
    return [{ what: 'upgrade all packages', words: ['upgrade'], isNeeded: false }]
  }
  if (specs.length === 0) {
    const isWanted = params.autoremove
    return isWanted ? [{ what: 'remove packages that nothing needs', words: ['autoremove'], isNeeded: false }] : []
  }
  if (params.update_only && state !== 'absent') return call('upgrade', specs, false)
  const installed = await lookAtRpms(host, specs, params.installroot)
  if (state === 'absent') {
    const there = specs.filter((spec) => isInstalled(spec, installed) !== false)
    const isNeeded = there.some(({ kind }) => kind !== 'group')
    const modules = modulesOf(specs)
    return [
      ...call(params.autoremove ? 'autoremove' : 'remove', there, isNeeded),
      ...(modules.length === 0
        ? []
        : [{ what: `reset ${modules.join(' ')}`, words: ['module', 'reset', ...modules], isNeeded: false }]),
    ]
  }
  const allowed = specs.filter((spec) => params.allow_downgrade || !isNewerInstalled(spec, installed))
  const missing = allowed.filter((spec) => spec.kind === 'pattern' || isInstalled(spec, installed) !== true)
  const calls = call('install', missing, missing.some(isSure))
  if (state === 'present') return calls
  const there = allowed.filter((spec) => isInstalled(spec, installed) === true && spec.kind !== 'file')
  return [...calls, ...call('upgrade', there, false)]
}

const updateCache = async (host: Host, params: DnfParameters, options: readonly string[]): Promise<void> => {
  if (!host.check) await runOrFail(host, sh`${program(params)} -q ${options} makecache --refresh </dev/null`)
}

export const dnf = module<DnfParameters>('dnf', schema as ModuleSchema, async function* (host, params): Steps {
  const specs = (params.name ?? [])
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map(parseSpec)
  const state = stateOf(params)
  const options = flags(params, state)
  if (params.list !== undefined) return await listPackages(host, params, params.list, options)
  if (specs.length === 0 && !params.update_cache && !params.autoremove) {
    throw new Failure('module.parameter', "dnf needs one of 'name', 'list', 'update_cache', 'autoremove'", {
      at: host.at,
    })
  }
  // That alone is no change, as in Ansible.
  if (params.update_cache) await updateCache(host, params, options)
  const calls = await callsFor(host, specs, params, state)
  let result: Result = {
    changed: false,
    rc: 0,
    msg: specs.length === 0 ? 'Cache updated' : 'Nothing to do',
    results: [],
  }
  for (const call of calls) {
    const outcome = yield* callDnf(host, params, call, options)
    if (outcome.failed) return outcome
    if (!outcome.changed) continue
    result = { ...outcome, results: [...(result['results'] as string[]), ...(outcome['results'] as string[])] }
  }
  return result
})
