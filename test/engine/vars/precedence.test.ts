import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../../engine/inventory/load.ts'
import type { Block, Play, Role, Task } from '../../../engine/playbook/play.ts'
import {
  emptyHostState,
  explainVariable,
  hostScope,
  type TaskSubject,
  taskScope,
  taskScopeLayers,
} from '../../../engine/vars/precedence.ts'
import type { Dict, Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

// ansible-core's table of precedence, level by level: the variable `to_N` is set on every level up to N, and N must win.
const test = suite('precedence')

const levels = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]

/** What one level sets. */
const at = (level: number): Dict => new Map(levels.filter((to) => to >= level).map((to) => [`to_${to}`, level]))
const yaml = (level: number): string => [...at(level)].map(([name, value]) => `${name}: ${value}\n`).join('')
const ini = (level: number): string => [...at(level)].map(([name, value]) => `${name}=${value}`).join('\n')

let site: string
let subject: TaskSubject
test.before(async () => {
  site = mkdtempSync(join(tmpdir(), 'prelude-precedence-'))
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(site, name)), { recursive: true })
    writeFileSync(join(site, name), text)
  }
  const hostVariables = ini(8).replaceAll('\n', ' ')
  write('inventory/hosts', `[web]\nhost ${hostVariables}\n[web:vars]\n${ini(3)}\n`)
  write('inventory/group_vars/all.yml', yaml(4))
  write('playbook/group_vars/all.yml', yaml(5))
  write('inventory/group_vars/web.yml', yaml(6))
  write('playbook/group_vars/web.yml', yaml(7))
  write('inventory/host_vars/host.yml', yaml(9))
  write('playbook/host_vars/host.yml', yaml(10))
  const inventory = await loadInventory([join(site, 'inventory/hosts')], {
    playbookDirectory: join(site, 'playbook'),
    decrypt: (text) => text,
    warn: () => {},
  })
  const state = emptyHostState()
  const fill = (into: Map<unknown, Value>, level: number) => {
    for (const [name, value] of at(level)) into.set(name, value)
  }
  fill(state.cachedFacts, 11)
  fill(state.promptVars, 13)
  fill(state.playFiles, 14)
  fill(state.included, 18)
  fill(state.nonPersistent, 19)
  const role: Role = {
    name: 'r',
    path: '/r',
    defaults: at(2),
    vars: at(15),
    params: at(20),
    public: true,
    allowDuplicates: false,
    dependencies: [],
  }
  const place = { file: 'f', line: 1, column: 1 }
  const block = (vars: Dict, isInclude: boolean): Block => ({
    kind: 'block',
    at: place,
    keywords: {},
    when: [],
    tags: [],
    vars,
    block: [],
    rescue: [],
    always: [],
    notify: [],
    isInclude,
  })
  const play: Play = {
    at: place,
    name: 'p',
    hosts: 'all',
    keywords: {},
    tags: [],
    vars: at(12),
    varsFiles: [],
    varsPrompt: [],
    serial: [],
    preTasks: [],
    tasks: [],
    postTasks: [],
    handlers: [],
    roles: [],
    roleNames: [],
    directory: '/',
  }
  const node: Task = {
    kind: 'task',
    at: place,
    action: 'debug',
    actionAt: place,
    args: new Map(),
    keywords: {},
    when: [],
    tags: [],
    vars: at(17),
    loopControl: { loopVar: 'item' },
    notify: [],
    listen: [],
    role,
    searchPath: [],
  }
  subject = {
    inventory,
    hostName: 'host',
    state,
    extraVars: at(22),
    magic: (name) => at(23).get(name),
    loopVars: at(24),
    play,
    node,
    blocks: [block(at(21), true), block(at(16), false)],
  }
})
test.after(() => rmSync(site, { recursive: true, force: true }))

for (const level of levels) {
  test(`level ${level} wins over all below`, () => assert.is(taskScope(subject).get(`to_${level}`), level))
}

test('every level is told, the one in force first', () => {
  const rows = explainVariable(taskScopeLayers(subject), 'to_24')
  assert.equal(
    rows.map((row) => row.level),
    levels.toReversed(),
  )
  const fromFile = rows.find((row) => row.level === 9)
  assert.is(fromFile?.source, 'host_vars/host.yml')
  assert.equal(fromFile?.at, { file: join(site, 'inventory/host_vars/host.yml'), line: 16, column: 1 })
})

test('facts are seen as ansible_facts and by their names, above the inventory and below the play', () => {
  const state = emptyHostState()
  state.facts.set('os_family', 'Debian')
  const scope = taskScope({ ...subject, state })
  assert.is(scope.get('ansible_os_family'), 'Debian')
  assert.is(scope.get('os_family'), undefined)
  assert.is(scope.get('ansible_facts'), state.facts)
  assert.ok([...scope.names()].includes('ansible_os_family'))
})

test('a host cannot decide by its facts how it is reached', () => {
  const state = emptyHostState()
  const names = ['host', 'connection', 'ssh_common_args', 'ssh_host_key_checking', 'become_user', 'python_interpreter']
  for (const name of names) state.facts.set(name, 'evil')
  state.facts.set('ssh_host_key_ed25519_public', 'AAAA')
  const scope = taskScope({ ...subject, state })
  for (const name of names) assert.is(scope.get(`ansible_${name}`), undefined, name)
  assert.is(scope.get('ansible_ssh_host_key_ed25519_public'), 'AAAA', 'a host key is a fact like others')
})

test('nothing is copied: what a host learns later is seen', () => {
  const state = emptyHostState()
  const scope = hostScope({ ...subject, state, magic: () => undefined, extraVars: new Map() })
  assert.is(scope.get('later'), undefined)
  state.nonPersistent.set('later', 1)
  assert.is(scope.get('later'), 1)
})

test('vars of an inner block and of an inner include win over those of an outer', () => {
  const inner: Dict = new Map([['x', 'inner']])
  const outer: Dict = new Map([['x', 'outer']])
  const [include, plain] = subject.blocks as [Block, Block]
  for (const block of [include, plain]) {
    const scope = taskScope({
      ...subject,
      blocks: [
        { ...block, vars: outer },
        { ...block, vars: inner },
      ],
    })
    assert.is(scope.get('x'), 'inner')
  }
})

test('tasks outside of roles see public roles, the last one first; a private role is its own', () => {
  const { role: _, ...node } = subject.node
  const role = (name: string, isPublic: boolean): Role => ({
    ...subject.node.role!,
    name,
    params: new Map(),
    defaults: new Map([['d', name]]),
    vars: new Map([['v', name]]),
    public: isPublic,
  })
  const play = { ...subject.play, roles: [role('first', true), role('second', true), role('third', false)] }
  const scope = taskScope({ ...subject, play, node, blocks: [] })
  assert.equal([scope.get('d'), scope.get('v')], ['second', 'second'])
  const inFirst = taskScope({ ...subject, play, node: { ...node, role: play.roles[0]! }, blocks: [] })
  assert.equal([inFirst.get('d'), inFirst.get('v')], ['first', 'first'])
  const included = taskScope({ ...subject, play, node, blocks: [], includedRoles: [role('included', true)] })
  assert.is(included.get('v'), 'included')
})

test.run()
