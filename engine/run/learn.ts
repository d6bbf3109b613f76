import type { Result } from '../modules/module.ts'
import type { Task } from '../playbook/play.ts'
import { type Dict, fromPlain, type Value } from '../vars/value.ts'
import type { HostRun } from './state.ts'

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

/** Takes over what a result teaches about a host: facts, set_fact, include_vars. */
export const learn = (host: HostRun, task: Task, result: Result): void => {
  const facts = result.ansible_facts
  if (!facts || result.failed) return
  const values: Iterable<readonly [unknown, unknown]> = facts instanceof Map ? facts : Object.entries(facts)
  const { variables } = host
  for (const [key, given] of values) {
    const name = String(key)
    const value = fromPlain(given)
    if (task.action === 'set_fact') {
      variables.nonPersistent.set(name, value)
      if (result['_ansible_facts_cacheable'] === true) variables.cachedFacts.set(name, value)
    } else if (task.action === 'include_vars') variables.included.set(name, value)
    else learnFact(host, name, value)
  }
}

/** A fact that a module gives. One whose name lacks the prefix (`packages`, `services`) is a variable of that name too. */
const learnFact = ({ variables }: HostRun, name: string, value: Value): void => {
  if (name.startsWith('ansible_')) variables.facts.set(name.slice('ansible_'.length), value)
  else {
    variables.facts.set(name, value)
    variables.cachedFacts.set(name, value)
  }
}
