import type { Node, Play, Playbook, Task } from '../playbook/play.ts'
import { isSelected } from '../playbook/tags.ts'
import { Template } from '../vars/value.ts'

export type ListOptions = {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  /** The hosts of a play, and the text of its pattern. */
  readonly hosts: (play: Play) => readonly string[]
}

const textOf = (value: string | Template | undefined): string =>
  value instanceof Template ? value.source : (value ?? '')

const tagText = (tags: readonly string[]): string => `TAGS: [${[...new Set(tags)].sort().join(', ')}]`

const tasksOf = (nodes: readonly Node[]): Task[] =>
  nodes.flatMap((node) =>
    node.kind === 'task' ? [node] : [...tasksOf(node.block), ...tasksOf(node.rescue), ...tasksOf(node.always)],
  )

const taskLine = (task: Task): string => {
  const name = textOf(task.name) || (task.written ?? task.action)
  return `      ${task.role ? `${task.role.name} : ` : ''}${name}\t${tagText(task.tags)}`
}

const patternText = (play: Play): string => {
  const { hosts } = play
  if (hosts instanceof Template) return hosts.source
  return Array.isArray(hosts)
    ? hosts.map((each) => (each instanceof Template ? each.source : String(each))).join(',')
    : String(hosts)
}

/** What `--list-hosts`, `--list-tasks` and `--list-tags` print, in the form of ansible-playbook. */
export const listPlaybook = (
  playbook: Playbook,
  kinds: ReadonlySet<'hosts' | 'tasks' | 'tags'>,
  options: ListOptions,
): string => {
  const lines = ['', `playbook: ${playbook.file}`]
  playbook.plays.forEach((play, index) => {
    const name = textOf(play.name)
    lines.push('', `  play #${index + 1} (${patternText(play)}): ${name}\t${tagText(play.tags)}`)
    if (kinds.has('hosts')) {
      const hosts = options.hosts(play)
      lines.push(`    pattern: ['${patternText(play).replaceAll(',', "', '")}']`, `    hosts (${hosts.length}):`)
      for (const host of hosts) lines.push(`      ${host}`)
    }
    const sections = [...play.preTasks, ...play.tasks, ...play.postTasks]
    const tasks = tasksOf(sections).filter((task) => isSelected(task.tags, options.tags, options.skipTags))
    if (kinds.has('tasks')) lines.push('    tasks:', ...tasks.map(taskLine))
    if (kinds.has('tags')) {
      const all = [...new Set(tasks.flatMap((task) => task.tags))].sort()
      lines.push(`      TASK TAGS: [${all.join(', ')}]`)
    }
  })
  return `${lines.join('\n')}\n`
}
