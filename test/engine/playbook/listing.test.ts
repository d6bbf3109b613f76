import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { createLoader } from '../../../engine/playbook/loader.ts'
import type { Node, Play, Task } from '../../../engine/playbook/play.ts'
import { isSelected } from '../../../engine/playbook/tags.ts'
import { tool } from '../../../engine/process.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { Template } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

// What plays, roles, blocks and imports come to is compared with ansible-playbook --list-tasks.
const test = suite('listing')
const directory = join(import.meta.dirname, 'cases/listing')

const modules = ['command', 'debug', 'set_fact', 'shell']
const loader = createLoader({
  isModule: (name) => modules.includes(name),
  moduleNames: modules,
  templar: createTemplar({
    warn: () => {},
    decrypt: (text) => text,
    searchPath: () => [],
    environment: () => undefined,
  }),
  decrypt: (text) => text,
  warn: () => {},
})

/** As ansible-playbook lists them: without rescue and always. */
const tasksOf = (nodes: readonly Node[]): Task[] =>
  nodes.flatMap((node) => (node.kind === 'task' ? [node] : tasksOf(node.block)))

const textOf = (name: string | Template | undefined): string | undefined =>
  name instanceof Template ? name.source : name

const rowsOf = (play: Play): string[] => [
  `${textOf(play.name)} [${[...play.tags].sort()}]`,
  ...tasksOf([...play.preTasks, ...play.tasks, ...play.postTasks])
    .filter((task) => task.action !== 'meta' && isSelected(task.tags, [], []))
    .map(
      (task) =>
        `${task.role ? `${task.role.name} : ` : ''}${textOf(task.name) ?? task.action} [${[...task.tags].sort()}]`,
    ),
]

let empty: string
test.before(() => {
  empty = mkdtempSync(join(tmpdir(), 'prelude-listing-'))
})
test.after(() => rmSync(empty, { recursive: true, force: true }))

test('tasks, roles and tags stand as ansible-playbook lists them', async () => {
  const { plays } = await loader.playbook(join(directory, 'site.yml'))
  const args = ['-i', join(directory, 'hosts'), '--list-tasks', join(directory, 'site.yml')]
  const listing = await tool('ansible-playbook', args, { cwd: empty })
  const expected = listing.split('\n').flatMap((line) => {
    const row = /^ {2}(?:play #\d+ \(.*?\): | {4})(.*)\tTAGS: \[(.*)\]$/.exec(line)
    return row ? [`${row[1]!.replace('ansible.builtin.', '')} [${row[2]!.split(/, */).sort()}]`] : []
  })
  assert.equal(plays.flatMap(rowsOf), expected)
  assert.ok(expected.length > 25)
})

test('handlers of each use of a role stand before those of the play', async () => {
  const [play] = (await loader.playbook(join(directory, 'site.yml'))).plays
  assert.equal(
    tasksOf(play!.handlers).map((handler) => handler.name),
    ['restart app', 'restart app', 'a handler', 'imported handler'],
  )
})

test('a role with the same keywords is the same role, with others another', async () => {
  const [play] = (await loader.playbook(join(directory, 'site.yml'))).plays
  const bodies = play!.tasks.flatMap((block) => (block.isRoleBody ? [block.role!] : []))
  const [base, app, second, , , withMeta] = bodies
  assert.equal(
    bodies.map((role) => role.name),
    ['base', 'app', 'app', 'dup', 'dup', 'withmeta'],
  )
  assert.equal([app?.params, second?.params], [new Map([['app_port', 80]]), new Map([['app_port', 81]])])
  assert.is.not(app, second)
  const inner = play!.tasks[5]!.block.flatMap((node) => (node.kind === 'block' && node.isRoleBody ? [node.role!] : []))
  assert.equal(withMeta?.dependencies, ['base', 'dup', 'vardir'])
  assert.is(inner[0], base)
  assert.equal(withMeta?.vars, new Map([['v', 2]]))
})

test('what import_playbook says reaches the plays', async () => {
  const play = (await loader.playbook(join(directory, 'site.yml'))).plays[1]!
  assert.equal(
    play.tasks[0]!.when.map(({ expression }) => expression),
    [false],
  )
  assert.equal(play.tags, ['second'])
})

test.run()
