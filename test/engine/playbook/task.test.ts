import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { createLoader } from '../../../engine/playbook/loader.ts'
import type { Node, Play, Task } from '../../../engine/playbook/play.ts'
import { serialise } from '../../../engine/playbook/serialise.ts'
import { Template, type Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

// What tasks and plays as people write them come to.
const test = suite('tasks and plays')

let directory: string
test.before(() => {
  directory = mkdtempSync(join(tmpdir(), 'prelude-tasks-'))
})
test.after(() => rmSync(directory, { recursive: true, force: true }))

const load = async (text: string): Promise<Play> => {
  const file = join(directory, 'site.yml')
  writeFileSync(file, text)
  const options = { isModule: (name: string) => /^(?:copy|command|debug|shell|set_fact|a\.b\.c)$/.test(name) }
  const { plays } = await createLoader({ ...options, decrypt: (cipher) => cipher, warn: () => {} }).playbook(file)
  return plays[0]!
}

const taskOf = async (text: string): Promise<Task> => {
  const indented = text.replaceAll('\n', '\n      ')
  const [block] = (await load(`- hosts: all\n  tasks:\n    - ${indented}\n`)).tasks
  return block!.block[0] as Task
}

/** Values as plain data, templates as `T:source`, without places. */
const plain = (value: unknown): unknown => {
  if (value instanceof Template) return `T:${value.source}`
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]))
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'at' && key !== 'actionAt')
      .map(([key, item]) => [key, plain(item)]),
  )
}

const cases: [text: string, expected: Record<string, unknown>][] = [
  ['copy: {src: a, dest: "{{ b }}"}', { action: 'copy', args: { src: 'a', dest: 'T:{{ b }}' } }],
  ['ansible.builtin.copy: src=a', { action: 'copy', args: { src: 'a' } }],
  ['ansible.legacy.copy: src=a', { action: 'copy' }],
  ['a.b.c: {x: 1}', { action: 'a.b.c', args: { x: 1 } }],
  ['debug:', { action: 'debug', args: {} }],
  ['debug: "{{ all }}"', { args: 'T:{{ all }}' }],
  ['debug:\nargs: "{{ all }}"', { args: 'T:{{ all }}' }],
  ['command: ls\nargs: "{{ all }}"', { args: { _variable_params: 'T:{{ all }}', _raw_params: 'ls' } }],
  ['command: ls\nargs: {chdir: /x}', { args: { chdir: '/x', _raw_params: 'ls' } }],
  ['copy: src=a\nargs: {src: b, dest: c}', { args: { src: 'a', dest: 'c' } }],
  ['shell: "{{ x }}"', { args: { _raw_params: 'T:{{ x }}' } }],
  ['command: ls {{ x }} creates={{ y }}', { args: { _raw_params: 'T:ls {{ x }}', creates: 'T:{{ y }}' } }],
  ['action: copy src=a', { action: 'copy', args: { src: 'a' } }],
  ['action: {module: copy, src: a}', { action: 'copy', args: { src: 'a' } }],
  ['action: "{{ manager }} name=x"', { action: '{{ manager }}', args: { name: 'x' } }],
  [
    'local_action: command ls',
    { action: 'command', args: { _raw_params: 'ls' }, keywords: { delegateTo: 'localhost' } },
  ],
  [
    'debug:\nbecome: yes\nbecome_user: root\nno_log: "{{ n }}"',
    { keywords: { become: true, becomeUser: 'root', noLog: 'T:{{ n }}' } },
  ],
  ['debug:\nenvironment: {A: b}', { keywords: { environment: [{ A: 'b' }] } }],
  ['debug:\nenvironment: [{A: b}, "{{ e }}"]', { keywords: { environment: [{ A: 'b' }, 'T:{{ e }}'] } }],
  [
    'debug:\nmodule_defaults: {ansible.builtin.copy: {mode: "0644"}}',
    { keywords: { moduleDefaults: [{ copy: { mode: '0644' } }] } },
  ],
  ['debug:\ndelegate_to: "{{ h }}"\nrun_once: true', { keywords: { delegateTo: 'T:{{ h }}', runOnce: true } }],
  ['debug:\nwhen: a == b', { when: [{ expression: 'a == b' }] }],
  [
    'debug:\nwhen: [a, true, b is defined]',
    { when: [{ expression: 'a' }, { expression: true }, { expression: 'b is defined' }] },
  ],
  ['debug:\nwhen:', { when: [] }],
  [
    'debug:\nregister: r\nretries: 3\ndelay: "{{ d }}"\nuntil: r is success',
    { register: 'r', retries: 3, delay: 'T:{{ d }}', until: [{ expression: 'r is success' }] },
  ],
  [
    'debug:\nchanged_when: false\nfailed_when: [a, b]',
    { changedWhen: [{ expression: false }], failedWhen: [{ expression: 'a' }, { expression: 'b' }] },
  ],
  ['debug:\nasync: 10\npoll: 0', { async: 10, poll: 0 }],
  ['debug:\nnotify: one', { notify: ['one'] }],
  ['debug:\nnotify: [one, "{{ two }}"]', { notify: ['one', 'T:{{ two }}'] }],
  ['debug:\ntags: a, b', { tags: ['a', 'b'] }],
  ['debug:\ntags: [a, b, 3]', { tags: ['a', 'b', '3'] }],
  ['debug:\nvars: {x: 1, y: "{{ x }}"}', { vars: { x: 1, y: 'T:{{ x }}' } }],
  ['debug:\nvars: [{x: 1}, {y: 2}]', { vars: { x: 1, y: 2 } }],
  ['debug:\nloop: [1, 2]', { loop: { kind: 'loop', items: [1, 2] }, loopControl: { loopVar: 'item' } }],
  ['debug:\nloop: "{{ l }}"', { loop: { kind: 'loop', items: 'T:{{ l }}' } }],
  ['debug:\nwith_dict: "{{ d }}"', { loop: { kind: 'lookup', lookup: 'dict', terms: 'T:{{ d }}' } }],
  [
    'debug:\nloop: []\nloop_control: {loop_var: x, index_var: i, label: "{{ x.name }}", pause: 1.5, extended: true, extended_allitems: no, break_when: x}',
    {
      loopControl: {
        loopVar: 'x',
        indexVar: 'i',
        label: 'T:{{ x.name }}',
        pause: 1.5,
        extended: true,
        extendedAllItems: false,
        breakWhen: [{ expression: 'x' }],
      },
    },
  ],
  [
    'include_tasks: x.yml\ntags: a',
    { action: 'include_tasks', args: { _raw_params: 'x.yml' }, tags: ['a'], inheritedTags: [] },
  ],
  [
    'include_role: {name: r, apply: {tags: [x]}}',
    { action: 'include_role', args: { name: 'r', apply: { tags: ['x'] } } },
  ],
  ['meta: flush_handlers', { action: 'meta', args: { _raw_params: 'flush_handlers' } }],
  ['name: 5\ndebug:', { name: '5' }],
  ['name: "{{ n }}"\ndebug:', { name: 'T:{{ n }}' }],
]

for (const [text, expected] of cases) {
  test(JSON.stringify(text), async () => {
    const task = plain(await taskOf(text)) as Record<string, unknown>
    assert.equal(Object.fromEntries(Object.keys(expected).map((key) => [key, task[key]])), expected)
  })
}

const plays: [text: string, expected: Record<string, unknown>][] = [
  ['- hosts: all', { name: 'all', hosts: 'all', tasks: [], keywords: {}, serial: [], varsFiles: [] }],
  ['- hosts: [a, "{{ b }}"]', { name: 'a,{{ b }}', hosts: ['a', 'T:{{ b }}'] }],
  [
    '- {hosts: a, name: n, gather_facts: no, become: yes, connection: local}',
    { name: 'n', gatherFacts: false, keywords: { become: true, connection: 'local' } },
  ],
  ['- {hosts: a, user: u}', { keywords: { remoteUser: 'u' } }],
  ['- {hosts: a, serial: 2}', { serial: [2] }],
  [
    '- {hosts: a, serial: [1, "50%"], max_fail_percentage: 30, order: sorted, strategy: free}',
    { serial: [1, '50%'], maxFailPercentage: 30, order: 'sorted', strategy: 'free' },
  ],
  ['- {hosts: a, vars_files: x.yml}', { varsFiles: [{ names: ['x.yml'] }] }],
  [
    '- {hosts: a, vars_files: [x.yml, [y.yml, "{{ z }}"]]}',
    { varsFiles: [{ names: ['x.yml'] }, { names: ['y.yml', 'T:{{ z }}'] }] },
  ],
  ['- {hosts: a, vars_prompt: [{name: p, private: no}]}', { varsPrompt: [{ name: 'p', private: false }] }],
  ['- {hosts: a, tags: [x, y]}', { tags: ['x', 'y'] }],
]

for (const [text, expected] of plays) {
  test(text, async () => {
    const play = plain(await load(`${text}\n`)) as Record<string, unknown>
    assert.equal(Object.fromEntries(Object.keys(expected).map((key) => [key, play[key]])), expected)
  })
}

test('blocks hold what they say and hand down their tags', async () => {
  const play = await load(`- hosts: all
  tags: p
  tasks:
    - name: outer
      block:
        - debug:
      rescue:
        - debug:
          tags: r
      always:
        - block: [{debug: }]
      when: x
      become: true
      tags: b
`)
  const outer = play.tasks[0]!.block[0]!
  assert.ok(outer.kind === 'block')
  const tagsOf = (nodes: readonly Node[]): unknown => nodes.map((node) => node.tags.join())
  if (outer.kind !== 'block') return
  assert.equal([tagsOf(outer.block), tagsOf(outer.rescue), tagsOf(outer.always)], [['p,b'], ['p,b,r'], ['p,b']])
  assert.equal(plain([outer.when, outer.keywords, outer.name]), [[{ expression: 'x' }], { become: true }, 'outer'])
})

test('every task, action and condition knows its place', async () => {
  const task = await taskOf('name: x\ncommand: ls\nwhen:\n  - a\n  - "b"')
  const file = join(directory, 'site.yml')
  assert.equal(task.at, { file, line: 3, column: 7 })
  assert.equal(task.actionAt, { file, line: 4, column: 7 })
  assert.equal(
    task.when.map(({ at }) => at),
    [
      { file, line: 6, column: 11 },
      { file, line: 7, column: 12 },
    ],
  )
})

test('compiled plays are plain data', async () => {
  const play = await load('- hosts: all\n  tasks:\n    - debug: {msg: "{{ x }}"}\n      loop: [1, 2.0, {a: b}]\n')
  assert.type(JSON.stringify(serialise(play satisfies Play as unknown as Value)), 'string')
})

test.run()
