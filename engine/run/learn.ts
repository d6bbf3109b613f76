import type { Result } from '../modules/module.ts'
import type { Task } from '../playbook/play.ts'
import { type Dict, fromPlain } from '../vars/value.ts'
import type { Occasion } from './attempt.ts'
import type { Outcome } from './perform.ts'
import type { Run } from './playrun.ts'
import { learners } from './receivers.ts'
import { type HostRun, learnFact, rememberedFacts } from './state.ts'

/** A result as a variable: without the keys that are the engine's own. */
export const registered = (result: Result): Dict => {
  const value = fromPlain(result) as Dict
  for (const key of value.keys()) if (String(key).startsWith('_ansible_')) value.delete(key)
  const items = value.get('results')
  if (Array.isArray(items)) {
    for (const item of items) {
      if (!(item instanceof Map)) continue
      for (const key of item.keys()) if (String(key).startsWith('_ansible_')) item.delete(key)
    }
  }
  return value
}

/** Takes over what a result teaches about hosts, and keeps their facts for later runs where that is wanted. */
export const learnFrom = async (occasion: Occasion, outcome: Outcome): Promise<void> => {
  const { playRun, task } = occasion
  for (const host of await learners(occasion, outcome)) {
    if (learn(host, task, outcome.result)) await keepFacts(playRun.run, host)
  }
}

/** Keeps the facts of a host for later runs. */
export const keepFacts = async ({ options }: Run, { name, variables }: HostRun): Promise<void> =>
  options.factCache?.write(name, rememberedFacts(variables))

/** Takes over facts, set_fact and include_vars; true when facts were among them that may be kept. */
const learn = (host: HostRun, task: Task, result: Result): boolean => {
  const facts = result.ansible_facts
  if (!facts || result.failed) return false
  let hasFacts = false
  const values: Iterable<readonly [unknown, unknown]> = facts instanceof Map ? facts : Object.entries(facts)
  const { variables } = host
  const isCacheable = task.action === 'set_fact' && result['_ansible_facts_cacheable'] === true
  for (const [key, given] of values) {
    const name = String(key)
    const value = fromPlain(given)
    if (task.action === 'include_vars') variables.included.set(name, value)
    else if (task.action === 'set_fact') variables.nonPersistent.set(name, value)
    if (isCacheable || !['include_vars', 'set_fact'].includes(task.action)) {
      learnFact(variables, name, value)
      hasFacts = true
    }
  }
  return hasFacts
}
