import type { AptParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Result, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './apt.schema.json' with { type: 'json' }
import { apt as aptGet, type Call, callApt } from './aptget.ts'
import { installDeb } from './debfile.ts'
import { decide } from './decide.ts'
import { isDue, updateLists } from './lists.ts'
import { keepWanted } from './manual.ts'
import { parseSpec, type Spec } from './names.ts'
import { lookAtPackages, type Situation } from './situation.ts'

const list = (specs: readonly Spec[]): string => specs.map(({ text }) => text).join(' ')

/** The calls of apt-get for packages that a task names. Throws a Failure when a pattern matches nothing. */
const callsFor = (host: Host, specs: readonly Spec[], params: AptParameters, situation: Situation): Call[] => {
  const { state } = params
  const texts = specs.map(({ text }) => text)
  if (state === 'build-dep') {
    return [{ what: `install what ${list(specs)} needs to be built`, words: ['build-dep', ...texts], isNeeded: false }]
  }
  const { install, remove, unknown } = decide(specs, params, situation)
  if (unknown.length > 0) {
    throw new Failure('module.apt', `no package matches ${unknown.join(', ')}`, {
      at: host.at,
      hint: 'update_cache: true fetches the lists of packages',
    })
  }
  const fix = state === 'fixed' ? ['--fix-broken'] : []
  return [
    ...(install.length > 0 || state === 'fixed'
      ? [
          {
            what: install.length > 0 ? `install ${list(install)}` : 'repair broken dependencies',
            words: ['install', ...fix, ...install.map(({ text }) => text)],
            isNeeded: install.length > 0,
          },
        ]
      : []),
    ...(remove.length > 0
      ? [
          {
            what: `${params.purge ? 'purge' : 'remove'} ${list(remove)}`,
            words: ['remove', ...remove.map(({ text }) => text)],
            isNeeded: true,
          },
        ]
      : []),
  ]
}

const upgradeCalls = ({ upgrade, autoremove, name, deb }: AptParameters): Call[] => {
  const calls: Call[] = []
  if (upgrade === 'dist' || upgrade === 'full') {
    calls.push({ what: 'upgrade all packages', words: ['dist-upgrade'], isNeeded: false })
  } else if (upgrade !== 'no') {
    calls.push({ what: 'upgrade packages', words: ['upgrade', '--with-new-pkgs'], isNeeded: false })
  } else if (autoremove && name === undefined && deb === undefined) {
    calls.push({ what: 'remove packages that nothing needs', words: ['autoremove'], isNeeded: false })
  }
  return calls
}

/** Yields the removal of fetched packages; only what is there counts as a change. */
async function* cleaning(host: Host, { clean, autoclean }: AptParameters): Steps {
  const before = (await host.run(sh`ls /var/cache/apt/archives/*.deb 2>/dev/null | wc -l`)).stdout.toString().trim()
  if (clean && before !== '0') {
    yield* change({ what: 'remove fetched packages', apply: () => runOrFail(host, sh`${aptGet} clean`) })
    return { changed: true }
  }
  if (!autoclean || before === '0') return { changed: false }
  const simulated = await runOrFail(host, sh`${aptGet} -s autoclean`)
  if (!/^Del /m.test(simulated)) return { changed: false }
  yield* change({ what: 'remove obsolete fetched packages', apply: () => runOrFail(host, sh`${aptGet} -y autoclean`) })
  return { changed: true }
}

export const apt = module<AptParameters>('apt', schema as ModuleSchema, async function* (host, params) {
  const { state, deb, default_release: release } = params
  const specs = (params.name ?? [])
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== '*')
    .map(parseSpec)
  const isImage = (await host.fact('is_chroot')) === true
  const look = () => lookAtPackages(host, specs, { latest: state === 'latest', release })

  let situation = await look()
  const isUpdated = isDue(params, situation)
  if (isUpdated) {
    yield* updateLists(host, params)
    if (!host.check) situation = await look()
  }
  const result: Result = { cache_updated: isUpdated && !host.check, cache_update_time: situation.fetched }
  const hasWork = specs.length > 0 || deb !== undefined || params.upgrade !== 'no' || state === 'fixed'
  if (!hasWork && !params.autoremove && !params.autoclean && !params.clean) return { ...result, changed: isUpdated }

  let changed = false
  const steps: Steps[] = []
  if (params.clean || params.autoclean) steps.push(cleaning(host, params))
  for (const call of upgradeCalls(params)) steps.push(callApt(host, params, call, isImage))
  if (deb !== undefined) steps.push(installDeb(host, params, deb, isImage))
  if (specs.length > 0 || state === 'fixed') {
    const hasOldLists = host.check && isUpdated
    for (const call of callsFor(host, specs, params, situation)) {
      steps.push(callApt(host, params, { ...call, hasOldLists }, isImage))
    }
  }
  for (const step of steps) {
    const outcome = yield* step
    if (outcome.failed) return { ...result, ...outcome }
    changed ||= outcome.changed === true
    Object.assign(result, outcome)
  }
  yield* keepWanted(host, specs, params, situation)
  return { ...result, changed }
})
