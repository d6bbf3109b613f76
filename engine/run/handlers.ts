import type { Node, Task } from '../playbook/play.ts'
import { settled } from '../vars/scope.ts'
import { Template } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import { runNodes } from './nodes.ts'
import { type Place, type PlayRun, scopeFor } from './playrun.ts'
import { type HostRun, isActive } from './state.ts'

const place: Place = { blocks: [], rescuable: false, handler: true }

const tasksOf = (node: Node): Task[] => (node.kind === 'task' ? [node] : node.block.flatMap(tasksOf))

/** The names under which a handler may be notified. */
const namesOf = async (playRun: PlayRun, handler: Task, host: HostRun): Promise<string[]> => {
  const names = [...handler.listen]
  let own = typeof handler.name === 'string' ? handler.name : undefined
  if (handler.name instanceof Template) {
    const { name } = handler
    const scope = scopeFor(playRun, host, handler, place)
    // A name that cannot be made yet cannot have been notified.
    own = await settled(() => String(playRun.run.options.templar.evaluate(name, scope))).catch(() => undefined)
  }
  if (own !== undefined) {
    names.push(own)
    if (handler.role) names.push(`${handler.role.name} : ${own}`)
  }
  return names
}

/** Runs what has been notified, each handler once per host, in the order of definition, until nothing is left. */
export const runHandlers = async (playRun: PlayRun, force = false): Promise<void> => {
  const isForced = force || playRun.run.options.forceHandlers || boolean(playRun.play.forceHandlers)
  const failed = isForced ? playRun.batch.filter((host) => host.status === 'failed') : []
  for (const host of failed) host.status = 'active'
  for (;;) {
    const hosts = playRun.batch.filter((host) => isActive(host) && host.notified.size > 0)
    if (hosts.length === 0 || !(await runNotified(playRun, hosts))) break
  }
  for (const host of failed) if (host.status === 'active') host.status = 'failed'
}

/** One pass over the handlers; false when nothing that was notified has a handler. */
const runNotified = async (playRun: PlayRun, hosts: readonly HostRun[]): Promise<boolean> => {
  const { handlers } = playRun
  // Of several handlers with one name the last defined is the one that is meant; topics reach all.
  const lastNamed = new Map<string, Node>()
  const named = new Map<Node, string[]>()
  for (const handler of handlers) {
    const tasks = tasksOf(handler)
    const names = (await Promise.all(tasks.map((task) => namesOf(playRun, task, hosts[0] as HostRun)))).flat()
    named.set(handler, names)
    const topics = new Set(tasks.flatMap((task) => task.listen))
    for (const name of names) if (!topics.has(name)) lastNamed.set(name, handler)
  }
  const answered = new Set<string>()
  let hasRun = false
  for (const handler of handlers) {
    const names = (named.get(handler) ?? []).filter((name) => !lastNamed.has(name) || lastNamed.get(name) === handler)
    const notified = hosts.filter((host) => isActive(host) && names.some((name) => host.notified.has(name)))
    if (notified.length === 0) continue
    hasRun = true
    for (const name of names) answered.add(name)
    for (const host of notified) {
      for (const name of names) {
        const isTopic = tasksOf(handler).some((task) => task.listen.includes(name))
        const isLast =
          !isTopic || !handlers.slice(handlers.indexOf(handler) + 1).some((later) => named.get(later)?.includes(name))
        if (isLast) host.notified.delete(name)
      }
    }
    await runNodes(playRun, [handler], place, notified)
  }
  if (!hasRun) for (const host of hosts) host.notified.clear()
  return hasRun
}
