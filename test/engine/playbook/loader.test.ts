import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { createLoader, type PlaybookLoader } from '../../../engine/playbook/loader.ts'
import type { Node, Task } from '../../../engine/playbook/play.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { Template, type Value } from '../../../engine/vars/value.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

// What includes bring while a play runs, and that reading fails with nothing but Failures.
const test = suite('loader')

let site: string
let loader: PlaybookLoader
const told: string[] = []

const write = (name: string, text: string): string => {
  const file = join(site, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const options = () => ({
  isModule: (name: string) => name === 'debug',
  templar: createTemplar({
    warn: () => {},
    decrypt: (text) => text,
    searchPath: () => [],
    environment: () => undefined,
  }),
  decrypt: (text: string) => Buffer.from(text.split('\n')[1]!, 'base64').toString(),
  warn: (message: string) => told.push(message),
})

test.before(() => {
  site = mkdtempSync(join(tmpdir(), 'prelude-loader-'))
  write(
    'site.yml',
    `- hosts: all
  tags: play
  vars: {which: dynamic}
  roles: [{role: app, tags: app}]
  tasks:
    - block:
        - include_tasks: tasks/{{ which }}.yml
          tags: own
        - include_role: {name: app}
      tags: around
    - import_tasks: "tasks/{{ which }}.yml"
    - import_tasks: "tasks/{{ from_vars }}.yml"
      vars: {from_vars: "{{ from_file }}"}
  vars_files: [imports.yml]
`,
  )
  write('tasks/dynamic.yml', '- debug:\n  tags: inner\n- include_tasks: nested.yml\n')
  write('imports.yml', 'from_file: nested\n')
  write('tasks/nested.yml', '- debug:\n- import_tasks: "{{ which }}2.yml"\n')
  write('tasks/dynamic2.yml', '- debug:\n')
  write('roles/app/tasks/main.yml', '- include_tasks: sub/one.yml\n- import_tasks: "{{ two }}.yml"\n')
  write('roles/app/tasks/sub/one.yml', '- include_tasks: two.yml\n- include_tasks: other.yml\n')
  write('roles/app/tasks/two.yml', '- debug:\n')
  write('roles/app/tasks/other.yaml', '- debug:\n')
  write('roles/app/handlers/main.yml', '- name: handle\n  debug:\n')
  write('roles/app/defaults/main.yml', 'd: 1\ntwo: two\n')
  write('roles/app/vars/main.yml', `$ANSIBLE_VAULT;1.1;AES256\n${Buffer.from('v: secret\n').toString('base64')}\n`)
  write('roles/app/vars/special.yml', 'v: special\n')
  write('roles/app/meta/main.yml', 'dependencies: [dep]\n')
  write('roles/dep/defaults/main.yml', 'd: 0\nfrom_dep: 1\n')
  write('roles/dep/tasks/main.yml', '- debug:\n')
  loader = createLoader(options())
})
test.after(() => rmSync(site, { recursive: true, force: true }))

const tasksOf = (nodes: readonly Node[]): Task[] =>
  nodes.flatMap((node) => (node.kind === 'task' ? [node] : tasksOf(node.block)))
const load = async () => (await loader.playbook(join(site, 'site.yml'))).plays[0]!

test('what is included has the tags around the include, not its own', async () => {
  const [block] = (await load()).tasks.slice(-1)
  const include = tasksOf([block!])[0]!
  assert.equal(include.tags, ['play', 'around', 'own'])
  const { file, nodes } = await loader.tasks('tasks/dynamic.yml', include)
  assert.is(file, join(site, 'tasks/dynamic.yml'))
  assert.equal(
    nodes.map((node) => node.tags),
    [
      ['play', 'around', 'inner'],
      ['play', 'around'],
    ],
  )
  assert.is((await loader.tasks('tasks/dynamic.yml', include)).nodes, nodes, 'a file is compiled once')
  const nested = await loader.tasks('nested.yml', nodes[1] as Task)
  assert.is(nested.file, join(site, 'tasks/nested.yml'))
})

test('static imports take their names from vars, vars_files and role defaults', async () => {
  const [block] = (await load()).tasks.slice(-1)
  const [, imported] = block!.block
  assert.is(imported?.kind === 'block' && imported.block.length, 2)
})

test('includes in a role are searched beside the file and in its tasks; the role stays', async () => {
  const [body] = (await load()).tasks
  const role = body!.role!
  assert.is(role.name, 'app')
  const [, first] = tasksOf([body!])
  const one = await loader.tasks('sub/one.yml', first!)
  const [two] = one.nodes as Task[]
  assert.is(two!.role, role)
  assert.equal(two!.tags, ['play', 'app'])
  assert.is((await loader.tasks('two.yml', two!)).file, join(site, 'roles/app/tasks/two.yml'))
})

test('a role has its defaults over those of what it depends on, and vars from an encrypted file', async () => {
  const play = await load()
  assert.equal(
    play.roles.map(({ name }) => name),
    ['dep', 'app'],
  )
  const [, app] = play.roles
  assert.equal(
    app?.defaults,
    new Map<string, Value>([
      ['d', 1],
      ['from_dep', 1],
      ['two', 'two'],
    ]),
  )
  assert.equal(app?.vars, new Map([['v', 'secret']]))
})

test('include_role brings a private role with its handlers', async () => {
  const include = tasksOf((await load()).tasks.slice(-1))[1]!
  const { role, nodes, handlers } = await loader.role('app', include, { varsFrom: 'special' })
  assert.is(role.public, false)
  assert.equal(role.vars, new Map([['v', 'special']]))
  assert.is(nodes.length, 3)
  assert.equal(
    handlers.map((handler) => handler.name),
    ['handle'],
  )
  assert.is((await loader.role('app', include, { varsFrom: 'special', public: true })).role.public, true)
})

test('a missing include fails where it stands', async () => {
  const include = tasksOf((await load()).tasks.slice(-1))[0]!
  for (const step of [() => loader.tasks('none.yml', include), () => loader.role('none', include, {})]) {
    try {
      await step()
      assert.unreachable()
    } catch (thrown) {
      assert.instance(thrown, Failure)
      assert.equal((thrown as Failure).at, include.at)
    }
  }
})

test('files of variables are read and checked', async () => {
  assert.equal(
    await loader.variables(write('v.yml', 'a: "{{ b }}"\n')),
    new Map([['a', new Template('{{ b }}', { file: join(site, 'v.yml'), line: 1, column: 5 })]]),
  )
  assert.equal(await loader.variables(write('empty.yml', '')), new Map())
  assert.is(await loader.exists(join(site, 'v.yml')), true)
  assert.is(await loader.exists(join(site, 'none')), false)
})

test('loading never throws anything but a Failure', async () => {
  const leaf = fc.constantFrom('x', '1', '~', '"{{ x }}"', '"{{ x"', 'true', '[]', '{}', '[a, 1]', '{a: b}', '"a=b c"')
  const name = fc.constantFrom(
    ...[
      'hosts',
      'tasks',
      'roles',
      'vars',
      'name',
      'when',
      'tags',
      'block',
      'rescue',
      'debug',
      'import_tasks',
      'import_role',
    ],
    ...[
      'include_tasks',
      'import_playbook',
      'loop',
      'loop_control',
      'register',
      'args',
      'action',
      'local_action',
      'with_items',
    ],
    ...[
      'environment',
      'module_defaults',
      'notify',
      'listen',
      'handlers',
      'vars_files',
      'vars_prompt',
      'serial',
      'become',
      'x',
    ],
  )
  const { node } = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc
        .uniqueArray(fc.tuple(name, tie('node')), { maxLength: 4, selector: ([key]) => key })
        .map((entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`),
    ),
  }))
  const texts = [
    ...fc.sample(node, { numRuns: tries(30) }),
    ...fc.sample(node, { numRuns: tries(70) }).map((text) => `[{hosts: all, tasks: [${text}], roles: [${text}]}]`),
  ]
  for (const text of texts) {
    write('random.yml', text)
    try {
      await createLoader(options()).playbook(join(site, 'random.yml'))
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw new Error(`${text}: ${thrown instanceof Error ? thrown.stack : thrown}`)
    }
  }
})

test.run()
