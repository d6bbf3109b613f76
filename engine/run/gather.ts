import { collectFacts } from '../facts/collect.ts'
import { Failure } from '../failure.ts'
import type { Play, Task } from '../playbook/play.ts'
import { isSelected } from '../playbook/tags.ts'
import type { HostResult } from '../report/event.ts'
import { type Occasion, routeFor } from './attempt.ts'
import { parallel } from './parallel.ts'
import { isIgnored } from './perform.ts'
import { type Place, type PlayRun, scopeFor, taskInfo } from './playrun.ts'
import { failTogether, settle } from './settle.ts'
import { isActive } from './state.ts'

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

/** Gathers facts where the play asks for them; a host that cannot be reached leaves the play here. */
export const gatherFacts = async (playRun: PlayRun): Promise<void> => {
  const { play, settings, run, batch } = playRun
  const { options } = run
  if (!settings.gatherFacts || !isSelected([...play.tags, 'always'], options.tags, options.skipTags)) return
  const hosts = batch.filter(isActive)
  if (hosts.length === 0) return
  const task = playTask(play)
  const info = taskInfo(run, task, 'Gathering Facts', top, options.check)
  options.report({ type: 'task', task: info, hosts: hosts.length })
  const outcomes: HostResult[] = []
  await parallel(hosts, options.forks, async (host) => {
    options.report({ type: 'start', task: info, host: host.name })
    const start = performance.now()
    const scope = scopeFor(playRun, host, task, top)
    const occasion: Occasion = { playRun, task, place: top, host, scope, once: false }
    const outcome: HostResult = { ...(await gather(occasion)), host: host.name, ms: performance.now() - start }
    outcomes.push(outcome)
    await settle(occasion, outcome)
    options.report({ type: 'result', task: info, outcome, looped: false })
  })
  await failTogether(playRun, task, top, outcomes, false)
}

const gather = async (occasion: Occasion): Promise<Omit<HostResult, 'host' | 'ms'>> => {
  const { playRun, host } = occasion
  const nothing = { diffs: [], changes: [], noLog: false, ignored: false }
  try {
    const connection = await playRun.run.connections.to(await routeFor(occasion))
    for (const [name, value] of await collectFacts(connection, 'all')) host.variables.facts.set(name, value)
    return { ...nothing, status: 'ok', result: { changed: false } }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    const isBecome = thrown.code === 'connection.become' || !thrown.code.startsWith('connection.')
    const status = isBecome ? 'failed' : 'unreachable'
    const result = isBecome
      ? { failed: true, msg: thrown.message }
      : { changed: false, unreachable: true, msg: thrown.message }
    return { ...nothing, status, result, failure: thrown, ignored: await isIgnored(occasion, status) }
  }
}
