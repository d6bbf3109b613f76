import type { Play } from '../playbook/play.ts'
import { type Dict, Template, toPlain, type Value } from '../vars/value.ts'
import { gatherFacts, top } from './gather.ts'
import { handlersOf, runHandlers } from './handlers.ts'
import { runNodes } from './nodes.ts'
import { parallel } from './parallel.ts'
import type { PlayRun, Run } from './playrun.ts'
import type { PlaySettings } from './settings.ts'
import { type HostRun, isActive, isLost } from './state.ts'
import { readVarsFiles } from './varsfiles.ts'

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

/**
 * Runs a play on its hosts, batch by batch. False when the whole of a batch was lost in it, or one failure ended it for
 * all: then neither its further batches nor further plays run.
 */
export const runPlay = async (
  run: Run,
  play: Play,
  settings: PlaySettings,
  hosts: readonly HostRun[],
  answers: Dict,
): Promise<boolean> => {
  const { options } = run
  const announce = (batch: readonly HostRun[]) => {
    const names = batch.map((host) => host.name)
    options.report({ type: 'play', name: settings.name, hosts: names, check: options.check })
  }
  if (hosts.length === 0) {
    announce(hosts)
    options.report({ type: 'no-hosts' })
    return true
  }
  for (const { variables } of hosts) {
    variables.promptVars.clear()
    for (const [name, value] of answers) variables.promptVars.set(name, value)
  }
  const rolesDone: PlayRun['rolesDone'] = new Map()
  let rest = ordered(hosts, settings.order)
  for (const size of batchSizes(settings.serial, rest.length)) {
    const batch = rest.slice(0, size)
    rest = rest.slice(size)
    const lostBefore = batch.filter(isLost).length
    announce(batch)
    const handlers = handlersOf(play.handlers)
    const isApart = settings.strategy === 'free' || settings.strategy === 'host_pinned'
    const fresh = { handlers, includedRoles: [], rolesDone, isApart, announced: new Map(), isFatal: false }
    const playRun: PlayRun = { run, play, settings, hosts, batch, ...fresh }
    await runBatch(playRun)
    for (const host of batch) host.notified.clear()
    if (playRun.isFatal && batch.every((host) => !isActive(host))) {
      options.report({ type: 'no-hosts-left' })
      return false
    }
    if (batch.filter(isLost).length - lostBefore === batch.length) return false
    if (run.stopped || options.signal?.aborted) break
  }
  return true
}

const runBatch = async (playRun: PlayRun): Promise<void> => {
  const { play, batch } = playRun
  await readVarsFiles(playRun)
  await gatherFacts(playRun)
  if (play.varsFiles.some(({ names }) => names.some((name) => name instanceof Template))) await readVarsFiles(playRun)
  if (!playRun.isApart) return runSections(playRun, batch)
  await parallel(batch.filter(isActive), playRun.run.options.forks, (host) => runSections(playRun, [host]))
}

const runSections = async (playRun: PlayRun, hosts: readonly HostRun[]): Promise<void> => {
  const { play } = playRun
  for (const section of [play.preTasks, play.tasks, play.postTasks]) {
    await runNodes(playRun, section, top, hosts)
    if (!playRun.isFatal || hosts.some(isActive)) await runHandlers(playRun, hosts)
  }
}
