import { collectFacts } from '../facts/collect.ts'
import { Failure } from '../failure.ts'
import type { Play, Task } from '../playbook/play.ts'
import { isSelected } from '../playbook/tags.ts'
import type { HostResult } from '../report/event.ts'
import { settled } from '../vars/scope.ts'
import { Template, toPlain, type Value } from '../vars/value.ts'
import { routeFor } from './attempt.ts'
import { boolean } from './boolean.ts'
import { runHandlers } from './handlers.ts'
import { runNodes } from './nodes.ts'
import { parallel } from './parallel.ts'
import { type Place, type PlayRun, type Run, scopeFor, taskInfo } from './playrun.ts'
import { playName } from './run.ts'
import { type HostRun, isActive } from './state.ts'

const top: Place = { blocks: [], rescuable: false, handler: false }

/** Sizes of the batches that `serial` asks for; the last one repeats until every host has had its turn. */
export const batchSizes = (serial: readonly Value[], hosts: number): number[] => {
  if (serial.length === 0) return [hosts]
  const size = (value: Value): number => {
    const text = String(toPlain(value))
    const number = text.endsWith('%')
      ? Math.floor((Number.parseFloat(text) / 100) * hosts) || 1
      : Number.parseInt(text, 10)
    return number > 0 ? number : hosts
  }
  const sizes: number[] = []
  for (let left = hosts, index = 0; left > 0; index++) {
    const next = Math.min(left, size(serial[Math.min(index, serial.length - 1)] as Value))
    sizes.push(next)
    left -= next
  }
  return sizes
}

const ordered = (hosts: readonly HostRun[], order: string | undefined): HostRun[] => {
  const byName = [...hosts].sort((a, b) => (a.name < b.name ? -1 : 1))
  switch (order) {
    case 'sorted':
      return byName
    case 'reverse_sorted':
      return byName.reverse()
    case 'reverse_inventory':
      return [...hosts].reverse()
    case 'shuffle':
      return [...hosts].sort(() => Math.random() - 0.5)
    default:
      return [...hosts]
  }
}

/** Runs a play on its hosts, batch by batch; true when no further play can run because every host has failed. */
export const runPlay = async (run: Run, play: Play, hosts: readonly HostRun[]): Promise<boolean> => {
  const { options } = run
  const names = hosts.map((host) => host.name)
  options.report({ type: 'play', name: await playName(run, play), hosts: names, check: options.check })
  if (hosts.length === 0) {
    options.report({ type: 'no-hosts' })
    return false
  }
  let rest = ordered(hosts, play.order).filter(isActive)
  for (const size of batchSizes(play.serial, rest.length)) {
    const batch = rest.slice(0, size)
    rest = rest.slice(size)
    if (batch.length === 0) break
    await runBatch({ run, play, hosts, batch, handlers: [...play.handlers], includedRoles: [] })
    if (run.stopped || batch.every((host) => host.status === 'failed' || host.status === 'unreachable')) break
  }
  const isOver = hosts.every((host) => host.status === 'failed' || host.status === 'unreachable')
  if (isOver) options.report({ type: 'no-hosts-left' })
  return isOver
}

const runBatch = async (playRun: PlayRun): Promise<void> => {
  const { play, batch } = playRun
  await readVarsFiles(playRun)
  await askPrompts(playRun)
  await gatherFacts(playRun)
  for (const section of [play.preTasks, play.tasks, play.postTasks]) {
    await runNodes(playRun, section, top, batch)
    await runHandlers(playRun)
  }
}

/** vars_files: of each entry the first file that exists; names may speak of variables. */
const readVarsFiles = async (playRun: PlayRun): Promise<void> => {
  const { play, run } = playRun
  const { loader, templar } = run.options
  for (const host of playRun.batch) {
    host.variables.playFiles.clear()
    host.variables.promptVars.clear()
    const scope = scopeFor(playRun, host, playTask(play), top)
    for (const { names, at } of play.varsFiles) {
      const tried: string[] = []
      let found: string | undefined
      for (const name of names) {
        const text = name instanceof Template ? String(await settled(() => templar.evaluate(name, scope))) : name
        const path = text.startsWith('/') ? text : `${play.directory}/${text}`
        tried.push(path)
        if (await loader.exists(path)) {
          found = path
          break
        }
      }
      if (!found) throw new Failure('playbook.vars_files', `vars file '${tried.join("' or '")}' was not found`, { at })
      for (const [key, value] of await loader.variables(found)) host.variables.playFiles.set(key, value)
    }
  }
}

const askPrompts = async (playRun: PlayRun): Promise<void> => {
  const { play, run } = playRun
  for (const prompt of play.varsPrompt) {
    const name = String(prompt.get('name'))
    if (run.options.extraVars.has(name)) continue
    const isPrivate = prompt.get('private') === undefined || boolean(prompt.get('private'))
    const answer = await run.options.ask?.(`${String(prompt.get('prompt') ?? name)}: `, isPrivate)
    const value = answer || prompt.get('default') || ''
    for (const host of playRun.batch) host.variables.promptVars.set(name, value as Value)
  }
}

/** A task that stands for the play itself, where one is needed before the first: fact gathering. */
const playTask = (play: Play): Task => ({
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

const gatherFacts = async (playRun: PlayRun): Promise<void> => {
  const { play, run, batch } = playRun
  const { options } = run
  const isWanted = play.gatherFacts === undefined ? options.defaults.gatherFacts : boolean(play.gatherFacts)
  if (!isWanted || !isSelected([...play.tags, 'always'], options.tags, options.skipTags)) return
  const task = playTask(play)
  const info = taskInfo(run, task, 'Gathering Facts', top, options.check)
  const hosts = batch.filter(isActive)
  options.report({ type: 'task', task: info, hosts: hosts.length })
  await parallel(hosts, options.forks, async (host) => {
    const start = performance.now()
    const scope = scopeFor(playRun, host, task, top)
    let outcome: HostResult
    options.report({ type: 'start', task: info, host: host.name })
    const nothing = { host: host.name, diffs: [], changes: [], noLog: false, ignored: false }
    try {
      const connection = await run.connections.to(await routeFor({ playRun, task, place: top, host, scope }))
      for (const [name, value] of await collectFacts(connection, 'all')) host.variables.facts.set(name, value)
      host.stats.ok++
      outcome = { ...nothing, status: 'ok', result: { changed: false }, ms: performance.now() - start }
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      host.stats.unreachable++
      host.status = 'unreachable'
      host.failure = thrown
      const result = { changed: false, unreachable: true, msg: thrown.message }
      outcome = { ...nothing, status: 'unreachable', result, failure: thrown, ms: performance.now() - start }
    }
    options.report({ type: 'result', task: info, outcome, looped: false })
  })
}
