import picomatch from 'picomatch'
import { Template } from '../vars/value.ts'
import type { Block, Node, Play, Playbook, Task } from './play.ts'

/** The names by which a task may be meant: its own, and that with its role before it; without a name its action. */
const namesOf = ({ name, role, action, written }: Task): string[] => {
  const own = name instanceof Template ? name.source : name
  const title = own || (written ?? action)
  return [...(own ? [own] : []), role ? `${role.name} : ${title}` : title]
}

/**
 * Playbooks without what stands before the first task that has this name or matches it as a glob. A play all of which
 * stands before it has no tasks left, so nothing is left when no task matches. What includes bring is not known here.
 */
export const startAt = (
  playbooks: readonly Playbook[],
  wanted: string,
): { readonly playbooks: readonly Playbook[]; readonly isFound: boolean } => {
  const glob = picomatch(wanted, { nobrace: true, nonegate: true, noextglob: true, dot: true, bash: true })
  let isFound = false

  const trim = <N extends Node>(nodes: readonly N[]): N[] =>
    nodes.flatMap((node) => {
      if (isFound) return [node]
      if (node.kind === 'block') return trimBlock(node) as N[]
      isFound = namesOf(node).some((name) => name === wanted || glob(name))
      return isFound ? [node] : []
    })
  const trimBlock = (block: Block): Block[] => {
    const inner = trim(block.block)
    const rescue = isFound ? block.rescue : []
    const always = trim(block.always)
    return isFound ? [{ ...block, block: inner, rescue, always }] : []
  }
  const trimPlay = (play: Play): Play => {
    if (isFound) return play
    const [preTasks, tasks, postTasks] = [trim(play.preTasks), trim(play.tasks), trim(play.postTasks)]
    return isFound
      ? { ...play, preTasks, tasks, postTasks }
      : { ...play, preTasks: [], tasks: [], postTasks: [], gatherFacts: false }
  }

  const trimmed = playbooks.map((playbook) => ({ ...playbook, plays: playbook.plays.map(trimPlay) }))
  return { playbooks: trimmed, isFound }
}
