import type { Node, Playbook, Task } from '../playbook/play.ts'
import { isTaskSelected } from '../playbook/tags.ts'
import { Template } from '../vars/value.ts'

export type ListOptions = {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  /** Each play as it reads before it runs. */
  readonly told: readonly {
    readonly name: string
    readonly patterns: readonly string[]
    readonly hosts: readonly string[]
  }[]
}

const textOf = (value: string | Template | undefined): string =>
  value instanceof Template ? value.source : (value ?? '')

const sorted = (tags: readonly string[]): string[] => [...new Set(tags)].sort()

/** What may run; rescue and always are not listed. */
const tasksOf = (nodes: readonly Node[]): Task[] =>
  nodes.flatMap((node) => (node.kind === 'task' ? [node] : tasksOf(node.block)))

const taskLine = (task: Task): string => {
  const name = textOf(task.name)
  // A task without a name is told by its action alone, in a role too.
  const shown =
    name === ''
      ? (task.written ?? task.action)
      : `${task.role && task.action !== 'include_role' ? `${task.role.name} : ` : ''}${name}`
  return `      ${shown}\tTAGS: [${sorted(task.tags).join(', ')}]`
}

/** What `--list-hosts`, `--list-tasks` and `--list-tags` print, in the form of ansible-playbook. */
export const listPlaybook = (
  playbook: Playbook,
  kinds: ReadonlySet<'hosts' | 'tasks' | 'tags'>,
  options: ListOptions,
): string => {
  const lines = ['', `playbook: ${playbook.file}`]
  playbook.plays.forEach((play, index) => {
    const { name = '', patterns = [], hosts = [] } = options.told[index] ?? {}
    const title = `play #${index + 1} (${patterns.join(',')}): ${name}`
    lines.push('', `  ${title}\tTAGS: [${sorted(play.tags).join(',')}]`)
    if (kinds.has('hosts')) {
      lines.push(`    pattern: [${patterns.map((each) => `'${each}'`).join(', ')}]`, `    hosts (${hosts.length}):`)
      for (const host of hosts) lines.push(`      ${host}`)
    }
    const sections = [...play.preTasks, ...play.tasks, ...play.postTasks]
    const tasks = tasksOf(sections).filter((task) => isTaskSelected(task, options.tags, options.skipTags))
    if (kinds.has('tasks')) lines.push('    tasks:', ...tasks.map(taskLine))
    if (kinds.has('tags')) {
      lines.push(`      TASK TAGS: [${sorted([...play.tags, ...tasks.flatMap((task) => task.tags)]).join(', ')}]`)
    }
  })
  return `${lines.join('\n')}\n`
}
