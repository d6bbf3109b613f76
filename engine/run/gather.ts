import { sh } from '../command.ts'
import { collectFacts } from '../facts/collect.ts'
import { timeoutWarnings } from '../facts/mounts.ts'
import { chosenFamilies } from '../modules/setup/subsets.ts'
import { monotonic } from '../monotonic.ts'
import type { Play, Task } from '../playbook/play.ts'
import { isSelected } from '../playbook/tags.ts'
import type { HostResult } from '../report/event.ts'
import { isDict } from '../vars/value.ts'
import { type Occasion, routeFor } from './attempt.ts'
import { candidates, firstExisting } from './controller.ts'
import { failedBy } from './failed.ts'
import { keepFacts } from './learn.ts'
import { neededFamilies, tasksOfPlay } from './neededfacts.ts'
import { parallel } from './parallel.ts'
import { isIgnored } from './perform.ts'
import { type Place, type PlayRun, scopeFor, taskInfo } from './playrun.ts'
import { failTogether, settle } from './settle.ts'
import { type HostRun, isActive, learnFact } from './state.ts'

export const top: Place = { blocks: [], rescuable: false, handler: false }

/** A task that stands for the play itself, where one is needed before the first: fact gathering. */
export const playTask = (play: Play): Task => ({
  kind: 'task',
  at: play.at,
  name: 'Gathering Facts',
  action: 'setup',
  actionAt: play.at,
  args: new Map(),
  keywords: {},
  when: [],
  tags: ['always'],
  vars: new Map(),
  loopControl: { loopVar: 'item' },
  notify: [],
  listen: [],
  searchPath: [play.directory],
})

/** Tells that a play has gathered facts of a host, now or in a former run. */
const gatheredFact = '_ansible_facts_gathered'

/** Gathers facts where the play asks for them; a host that cannot be reached leaves the play here. */
export const gatherFacts = async (playRun: PlayRun): Promise<void> => {
  const { play, settings, run, batch } = playRun
  const { options } = run
  if (!settings.gatherFacts || !isSelected([...play.tags, 'always'], options.tags, options.skipTags)) return
  // a play that says `gather_facts: true` is no reason to ask twice
  const isKnown = ({ variables }: HostRun) => variables.cachedFacts.has(gatheredFact)
  const hosts = batch.filter((host) => isActive(host) && !(options.defaults.gathering === 'smart' && isKnown(host)))
  if (hosts.length === 0) return
  const task = playTask(play)
  const info = taskInfo(playRun, task, 'Gathering Facts', top)
  options.report({ type: 'task', task: info, hosts: hosts.length })
  // what is kept for later runs is all there is
  const needed = options.factCache ? 'all' : neededFamilies(play, await templateTexts(playRun))
  const outcomes: HostResult[] = []
  await parallel(hosts, options.forks, async (host) => {
    options.report({ type: 'start', task: info, host: host.name })
    const start = monotonic()
    const scope = scopeFor(playRun, host, task, top)
    const occasion: Occasion = { playRun, task, place: top, host, scope, once: false }
    const outcome: HostResult = { ...(await gather(occasion, needed)), host: host.name, ms: monotonic() - start }
    outcomes.push(outcome)
    await settle(occasion, outcome)
    options.report({ type: 'result', task: info, outcome, looped: false })
  })
  await failTogether(playRun, task, top, outcomes, false)
}

const gather = async (
  occasion: Occasion,
  needed: ReadonlySet<string> | 'all',
): Promise<Omit<HostResult, 'host' | 'ms'>> => {
  const { playRun, host } = occasion
  const nothing = { diffs: [], changes: [], noLog: false, ignored: false }
  try {
    const { gatherSubset, factPath, gatherTimeout } = playRun.settings
    const chosen = chosenFamilies(gatherSubset)
    const connection = await playRun.run.connections.to(await routeFor(occasion))
    const { facts } = host.variables
    facts.offer(chosen, async (names) => {
      const found = await collectFacts(connection, names, { factPath, timeout: gatherTimeout })
      for (const message of timeoutWarnings(found)) playRun.run.options.report({ type: 'warning', message })
      return found
    })
    await connection.run(sh`:`) // a host that needs no facts must be there all the same
    await facts.need(needed === 'all' ? chosen : needed)
    learnFact(host.variables, 'gather_subset', [...gatherSubset])
    learnFact(host.variables, 'module_setup', true)
    learnFact(host.variables, gatheredFact, true)
    await keepFacts(playRun.run, host)
    return { ...nothing, status: 'ok', result: { changed: false } }
  } catch (thrown) {
    const { result, failure } = failedBy(thrown, occasion.task)
    const status = result['unreachable'] === true ? 'unreachable' : 'failed'
    return { ...nothing, status, result, failure, ignored: await isIgnored(occasion, status) }
  }
}

/** The texts of template files that the play's tasks name outright. */
const templateTexts = async (playRun: PlayRun): Promise<string[]> => {
  const { play, run } = playRun
  const { tags, skipTags, loader } = run.options
  const texts: string[] = []
  for (const task of tasksOfPlay(play)) {
    const source = isDict(task.args) ? task.args.get('src') : undefined
    if (task.action !== 'template' || typeof source !== 'string' || !isSelected(task.tags, tags, skipTags)) continue
    const file = await firstExisting(playRun, candidates(task, play.directory, 'templates', source))
    if (file) texts.push((await loader.read(file)).toString())
  }
  return texts
}
