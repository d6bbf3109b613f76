import type { Block, Node, Play, Task } from '../../engine/playbook/play.ts'
import { isSelected } from '../../engine/playbook/tags.ts'

/** The nodes that run under these tags; blocks without any are left out. */
const pruneNodes = (nodes: readonly Node[], tags: readonly string[]): readonly Node[] =>
  nodes.flatMap((node): Node[] => {
    if (node.kind === 'task') return isSelected(node.tags, tags, []) ? [node] : []
    const [block] = pruneBlocks([node], tags)
    return block ? [block] : []
  })

const pruneBlocks = (blocks: readonly Block[], tags: readonly string[]): readonly Block[] =>
  blocks.flatMap((block): Block[] => {
    const body = pruneNodes(block.block, tags)
    const always = pruneNodes(block.always, tags)
    if (body.length === 0 && always.length === 0) return []
    return [{ ...block, block: body, rescue: pruneNodes(block.rescue, tags), always }]
  })

/** A play with nothing but what runs under the tags; undefined when that is nothing. Handlers stay: a task may notify any of them. */
export const prunePlay = (play: Play, tags: readonly string[]): Play | undefined => {
  const preTasks = pruneBlocks(play.preTasks, tags)
  const tasks = pruneBlocks(play.tasks, tags)
  const postTasks = pruneBlocks(play.postTasks, tags)
  if (preTasks.length + tasks.length + postTasks.length === 0) return undefined
  return { ...play, preTasks, tasks, postTasks }
}

/** Every task of a play, handlers too. */
export const tasksOf = (play: Play): readonly Task[] => {
  const collect = (nodes: readonly Node[]): Task[] =>
    nodes.flatMap((node) => (node.kind === 'task' ? [node] : collect([...node.block, ...node.rescue, ...node.always])))
  return collect([...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers])
}
