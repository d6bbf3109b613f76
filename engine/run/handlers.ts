import { Failure } from '../failure.ts'
import { suggest } from '../nearest.ts'
import type { Block, Node, Task } from '../playbook/play.ts'
import { settled } from '../vars/scope.ts'
import { Template, toPlain } from '../vars/value.ts'
import { runNodes } from './nodes.ts'
import { type Handler, type Place, type PlayRun, scopeFor } from './playrun.ts'
import { type HostRun, isActive } from './state.ts'

/** The handlers of a list: static imports in it hold several. */
export const handlersOf = (nodes: readonly Node[], blocks: Place['blocks'] = [], vars = ''): Handler[] =>
  nodes.flatMap((node) =>
    node.kind === 'task'
      ? [{ task: node, place: { blocks, rescuable: false, handler: true }, vars }]
      : handlersOf([...node.block, ...node.rescue, ...node.always], [...blocks, node], vars),
  )

const isSame = (a: Handler, b: Handler): boolean => {
  const [one, other] = [a.task.at, b.task.at]
  return one.file === other.file && one.line === other.line && one.column === other.column && a.vars === b.vars
}

/**
 * Adds the handlers of an included role, last: of several handlers with one name the last is meant. The same include
 * again, of another item of its loop say, does not bring them twice; one with other variables brings other handlers.
 */
export const addHandlers = (playRun: PlayRun, nodes: readonly Node[], include: Task, block: Block): void => {
  const vars = JSON.stringify(toPlain(include.vars))
  for (const handler of handlersOf(nodes, [block], vars === '{}' ? '' : vars)) {
    const index = playRun.handlers.findIndex((each) => isSame(each, handler))
    const known = index < 0 ? undefined : playRun.handlers.splice(index, 1)[0]
    if (known) known.place = handler.place
    playRun.handlers.push(known ?? handler)
  }
}

/** A handler's own name; undefined when it has none, or one that cannot be made yet. */
const nameOf = async (playRun: PlayRun, { task, place }: Handler, host: HostRun): Promise<string | undefined> => {
  const { name } = task
  if (!(name instanceof Template)) return name
  const scope = scopeFor(playRun, host, task, place)
  return settled(() => String(playRun.run.options.templar.evaluate(name, scope))).catch(() => undefined)
}

/** Whether two handlers stand in one list. */
const isTogether = (a: Handler, b: Handler): boolean =>
  a.task.at.file === b.task.at.file && a.task.role === b.task.role && a.vars === b.vars

/**
 * The handlers that a name means: all that listen to it, and one of that name. Of several the one in the list that was
 * loaded last is meant (a play's own handlers come after its roles'), and in a list the first.
 */
const meantBy = async (playRun: PlayRun, name: string, host: HostRun): Promise<Handler[]> => {
  const named: Handler[] = []
  for (const handler of playRun.handlers) {
    const own = await nameOf(playRun, handler, host)
    const { role } = handler.task
    if (own !== undefined && (name === own || (role && name === `${role.name} : ${own}`))) named.push(handler)
  }
  const last = named.at(-1)
  const meant = last && named.find((handler) => isTogether(handler, last))
  const listening = playRun.handlers.filter(({ task }) => task.listen.includes(name))
  return [...new Set(meant ? [meant, ...listening] : listening)]
}

const textsOf = (playRun: PlayRun): string[] =>
  playRun.handlers.flatMap(({ task }) => [
    ...task.listen,
    ...(task.name === undefined ? [] : [task.name instanceof Template ? task.name.source : task.name]),
  ])

/** Marks for a host what a changed task notifies. @throws Failure when no handler has the name or listens to it */
export const notify = async (playRun: PlayRun, task: Task, place: Place, host: HostRun): Promise<void> => {
  const names = [...task.notify, ...place.blocks.flatMap((block) => block.notify)]
  if (names.length === 0) return
  const { templar, report } = playRun.run.options
  const scope = scopeFor(playRun, host, task, place)
  for (const name of names) {
    const value = name instanceof Template ? await settled(() => templar.evaluate(name, scope)) : name
    for (const each of (Array.isArray(value) ? value : [value]).map(String)) {
      const meant = await meantBy(playRun, each, host)
      if (meant.length === 0 && playRun.run.options.missingHandlers === 'warn') {
        report({ type: 'warning', message: `there is no handler '${each}'`, at: task.at })
        continue
      }
      if (meant.length === 0) {
        throw new Failure('playbook.handler', `there is no handler '${each}'`, {
          at: name instanceof Template ? name.at : task.at,
          hint: suggest(each, textsOf(playRun)),
        })
      }
      for (const handler of meant) {
        if (host.notified.has(handler)) continue
        host.notified.add(handler)
        report({ type: 'notified', handler: (await nameOf(playRun, handler, host)) ?? each, host: host.name })
      }
    }
  }
}

/**
 * Runs what has been notified, each handler once per host, in the order of definition. What a handler notifies runs in
 * the same pass when it stands further down, else with the next flush.
 */
export const runHandlers = async (playRun: PlayRun, hosts: readonly HostRun[] = playRun.batch): Promise<void> => {
  const failed = playRun.settings.forceHandlers
    ? hosts.filter((host) => host.status === 'failed' && host.notified.size > 0)
    : []
  for (const host of failed) host.status = 'active'
  // A handler that includes a role adds handlers to the list while it is walked.
  for (let index = 0; index < playRun.handlers.length; index++) {
    const handler = playRun.handlers[index] as Handler
    const notified = hosts.filter((host) => isActive(host) && host.notified.delete(handler))
    if (notified.length > 0) await runNodes(playRun, [handler.task], handler.place, notified)
  }
  for (const host of failed) if (host.status === 'active') host.status = 'failed'
}
