import { Failure } from '../failure.ts'
import type { Play } from '../playbook/play.ts'
import { settled } from '../vars/scope.ts'
import { Template, toPlain, type Value } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import { gatherFacts, playTask, top } from './gather.ts'
import { handlersOf, runHandlers } from './handlers.ts'
import { runNodes } from './nodes.ts'
import { type PlayRun, type Run, scopeFor } from './playrun.ts'
import { settingsOf } from './settings.ts'
import { type HostRun, isActive, isLost } from './state.ts'

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
export const runPlay = async (run: Run, play: Play, hosts: readonly HostRun[]): Promise<boolean> => {
  const { options } = run
  const settings = await settingsOf(play, options)
  const announce = (batch: readonly HostRun[]) => {
    const names = batch.map((host) => host.name)
    options.report({ type: 'play', name: settings.name, hosts: names, check: options.check })
  }
  if (hosts.length === 0) {
    announce(hosts)
    options.report({ type: 'no-hosts' })
    return true
  }
  const rolesDone: PlayRun['rolesDone'] = new Map()
  let rest = ordered(hosts, play.order)
  for (const size of batchSizes(settings.serial, rest.length)) {
    const batch = rest.slice(0, size)
    rest = rest.slice(size)
    const lostBefore = batch.filter(isLost).length
    announce(batch)
    const handlers = handlersOf(play.handlers)
    const fresh = { handlers, includedRoles: [], rolesDone, isFatal: false }
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
  await askPrompts(playRun)
  await gatherFacts(playRun)
  for (const section of [play.preTasks, play.tasks, play.postTasks]) {
    await runNodes(playRun, section, top, batch)
    if (!playRun.isFatal || batch.some(isActive)) await runHandlers(playRun)
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
