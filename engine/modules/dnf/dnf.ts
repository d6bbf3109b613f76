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

const list = (specs: readonly Spec[]): string => specs.map(({ text }) => text).join(' ')

/** What dnf has to be called with; undefined when the rpm database says that there is nothing to do. */
const callFor = async (
  host: Host,
  specs: readonly Spec[],
  params: DnfParameters,
  state: State,
): Promise<Call | undefined> => {
  const isAll = specs.some(({ text }) => text === '*')
  if (state === 'latest' && isAll) return { what: 'upgrade all packages', words: ['upgrade'], isNeeded: false }
  if (specs.length === 0) {
    return params.autoremove
      ? { what: 'remove packages that nothing needs', words: ['autoremove'], isNeeded: false }
      : undefined
  }
  const installed = await lookAtRpms(host, specs, params.installroot)
  const texts = (chosen: readonly Spec[]) => chosen.map(({ text }) => text)
  if (state === 'absent') {
    const there = specs.filter((spec) => isInstalled(spec, installed) !== false)
    if (there.length === 0) return undefined
    const isNeeded = there.some((spec) => spec.kind !== 'group')
    return {
      what: `remove ${list(there)}`,
      words: [params.autoremove ? 'autoremove' : 'remove', ...texts(there)],
      isNeeded,
    }
  }
  if (params.update_only)
    return { what: `upgrade ${list(specs)}`, words: ['upgrade', ...texts(specs)], isNeeded: false }
  const allowed = specs.filter((spec) => params.allow_downgrade || !isNewerInstalled(spec, installed))
  const missing = allowed.filter((spec) => isInstalled(spec, installed) !== true)
  const wanted = state === 'latest' ? allowed : missing
  if (wanted.length === 0) return undefined
  const isNeeded = missing.some(({ kind }) => kind !== 'group')
  const verb = state === 'latest' && (params.security || params.bugfix) ? 'upgrade' : 'install'
  return { what: `install ${list(wanted)}`, words: [verb, ...texts(wanted)], isNeeded }
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
  const call = await callFor(host, specs, params, state)
  const unchanged: Result = {
    changed: false,
    rc: 0,
    msg: specs.length === 0 ? 'Cache updated' : 'Nothing to do',
    results: [],
  }
  return call ? yield* callDnf(host, params, call, options) : unchanged
})
