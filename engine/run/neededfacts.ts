import { factNames } from '../facts/collect.ts'
import type { Node, Play, Task } from '../playbook/play.ts'
import { isDict, Template } from '../vars/value.ts'

/** Every text in plain data: strings, templates, what lists and dictionaries hold. */
function* textsOf(data: unknown, seen: Set<unknown>): Iterable<string> {
  if (typeof data === 'string') yield data
  else if (data instanceof Template) yield data.source
  else if (typeof data === 'object' && data !== null && !seen.has(data)) {
    seen.add(data)
    const parts = Array.isArray(data) ? data : isDict(data) ? data.values() : Object.values(data)
    for (const part of parts) yield* textsOf(part, seen)
  }
}

const prefixed = /\bansible_([a-z]\w*)/g
/** `ansible_facts.kernel`, `ansible_facts['kernel']`; without a key, or with a method of dictionaries, all facts. */
const namespaced = /\bansible_facts\b(?:\s*\.\s*(\w+)|\s*\[\s*(['"])(\w+)\2\s*\])?/g
const methods = new Set(['items', 'keys', 'values', 'get', 'copy', 'pop', 'update'])

/** The families of facts that a text names; all of them when it takes the facts as a whole. */
export const familiesIn = (text: string): ReadonlySet<string> | 'all' => {
  const found = new Set<string>()
  if (!text.includes('ansible_')) return found
  for (const [, attribute, , key] of text.matchAll(namespaced)) {
    const name = attribute ?? key
    if (name === undefined || methods.has(name)) return 'all'
    found.add(factNames.get(name.replace(/^ansible_/, '')) ?? '')
  }
  for (const [, name] of text.matchAll(prefixed)) found.add(factNames.get(name as string) ?? '')
  found.delete('')
  return found
}

/** The tasks of nodes, however deep. */
const tasksOf = (nodes: readonly Node[]): Task[] =>
  nodes.flatMap((node) => (node.kind === 'task' ? [node] : tasksOf([...node.block, ...node.rescue, ...node.always])))

/** The tasks that a play has before it runs, handlers included. */
export const tasksOfPlay = (play: Play): Task[] =>
  tasksOf([...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers])

/**
 * The families of facts that a play is seen to need: those that its tasks, its roles' variables, its own variables and
 * the given texts (of template files) name. What only an include or a variable of the inventory names is not seen.
 */
export const neededFamilies = (play: Play, files: Iterable<string>): ReadonlySet<string> | 'all' => {
  const found = new Set<string>()
  const seen = new Set<unknown>()
  const texts = [textsOf(play, seen), files]
  for (const source of texts) {
    for (const text of source) {
      const families = familiesIn(text)
      if (families === 'all') return 'all'
      for (const family of families) found.add(family)
    }
  }
  return found
}
