import type { Block, Inherited, Node, Task } from '../playbook/play.ts'
import { type Dict, isDict, type Value } from '../vars/value.ts'

/** Keywords that `apply` may give, and their names in a block. */
const applied: Readonly<Record<string, keyof Inherited>> = {
  any_errors_fatal: 'anyErrorsFatal',
  become: 'become',
  become_exe: 'becomeExe',
  become_flags: 'becomeFlags',
  become_method: 'becomeMethod',
  become_user: 'becomeUser',
  check_mode: 'checkMode',
  connection: 'connection',
  delegate_facts: 'delegateFacts',
  delegate_to: 'delegateTo',
  diff: 'diff',
  ignore_errors: 'ignoreErrors',
  ignore_unreachable: 'ignoreUnreachable',
  no_log: 'noLog',
  port: 'port',
  remote_user: 'remoteUser',
  run_once: 'runOnce',
  throttle: 'throttle',
  timeout: 'timeout',
}

const listOf = (value: Value | undefined): Value[] => {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

const tagged = (node: Node, extra: readonly string[]): Node => {
  const tags = [...new Set([...node.tags, ...extra])]
  if (node.kind === 'task') {
    return { ...node, tags, ...(node.inheritedTags ? { inheritedTags: [...node.inheritedTags, ...extra] } : {}) }
  }
  const inner = (nodes: readonly Node[]) => nodes.map((each) => tagged(each, extra))
  return { ...node, tags, block: inner(node.block), rescue: inner(node.rescue), always: inner(node.always) }
}

/** `ansible_parent_role_names` and its paths: the roles that led to an included one, the nearest first. */
const parentRoles = ({ action, role }: Task, around: readonly Block[]): Dict => {
  if (action !== 'include_role' || !role) return new Map()
  const outer = (name: string): Value[] => {
    const found = around.map(({ vars }) => vars.get(name)).findLast((value) => value !== undefined)
    return Array.isArray(found) ? found : []
  }
  return new Map<string, Value>([
    ['ansible_parent_role_names', [role.name, ...outer('ansible_parent_role_names')]],
    ['ansible_parent_role_paths', [role.path, ...outer('ansible_parent_role_paths')]],
  ])
}

/** Included nodes as one block, with the variables of the include and of its loop, and what `apply` gives to the nodes. */
export const wrapped = (task: Task, around: readonly Block[], loopVars: Dict, nodes: readonly Node[]): Block => {
  const apply = isDict(task.args) ? task.args.get('apply') : undefined
  const given: Dict = isDict(apply) ? apply : new Map()
  const keywords: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(applied)) {
    const value = given.get(name)
    if (value !== undefined) keywords[field] = value
  }
  const environment = given.get('environment')
  if (environment !== undefined) keywords['environment'] = listOf(environment)
  const tags = listOf(given.get('tags')).flatMap((text) =>
    String(text)
      .split(',')
      .map((tag) => tag.trim()),
  )
  const vars = given.get('vars')
  return {
    kind: 'block',
    at: task.at,
    keywords: keywords as Inherited,
    when: listOf(given.get('when')).map((expression) => ({ expression, at: task.actionAt })),
    tags,
    vars: new Map([...parentRoles(task, around), ...loopVars, ...(isDict(vars) ? vars : []), ...task.vars]),
    block: tags.length > 0 ? nodes.map((node) => tagged(node, tags)) : nodes,
    rescue: [],
    always: [],
    notify: listOf(given.get('notify')).map(String),
    isInclude: true,
  }
}
