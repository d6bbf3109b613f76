import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { addHost } from '../../../engine/inventory/edit.ts'
import type { Inventory } from '../../../engine/inventory/inventory.ts'
import { loadInventory } from '../../../engine/inventory/load.ts'
import { expandLimit, selectHosts, splitPattern } from '../../../engine/inventory/pattern.ts'
import { tool } from '../../../engine/process.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('host patterns')
const source = join(import.meta.dirname, 'cases/ini/hosts.ini')

let work: string
let inventory: Inventory
test.before(async () => {
  work = mkdtempSync(join(tmpdir(), 'prelude-pattern-'))
  inventory = await loadInventory([source], { decrypt: (text) => text, warn: () => {} })
})
test.after(() => rmSync(work, { recursive: true, force: true }))

const patterns = [
  ...[
    'all',
    'web',
    'web:db',
    'web,db',
    'web:!db',
    '!web',
    'web:&prod',
    '&prod',
    'all:!all',
    'ungrouped',
    'all:!ungrouped',
  ],
  ...['web[0]', 'web[-1]', 'web[1:]', 'web[0:1]', 'web[1-2]', 'web[0:0]', 'web[5:9]', 'all[0]', 'prod[0:2]:!xa'],
  ...['w*', 'w*.site:!w02*', 'w0?.site', 'w0[13].site', 'w0[!1].site', '[xw]a', 'al*', 'ungr*', 'x?:db*', '!xa:w*'],
  ...['~w0[12]', '~.*site$', '~(w|x).*:!xa', 'w01.site', 'w01.site:w01.site,web', 'nosuch', 'localhost', '2001:db8::1'],
  ...['prod:&web:!w01.site', 'web:&xa,db1', 'web , db', 'w01.site:!w01*'],
]

test('patterns choose what they choose for ansible-playbook', async () => {
  const playbook = join(work, 'patterns.yml')
  writeFileSync(playbook, patterns.map((pattern) => `- hosts: ${JSON.stringify(pattern)}\n  tasks: []\n`).join(''))
  const listing = await tool('ansible-playbook', ['-i', source, '--list-hosts', playbook], { cwd: work })
  const blocks = listing.split(/^ {2}play #\d+ /m).slice(1)
  assert.is(blocks.length, patterns.length)
  for (const [index, pattern] of patterns.entries()) {
    const expected = blocks[index]!.split('\n').flatMap((line) => /^ {6}(\S+)$/.exec(line)?.[1] ?? [])
    assert.equal([...selectHosts(inventory, pattern)].sort(), expected.sort(), pattern)
  }
})

const ordered: [pattern: string, hosts: string][] = [
  ['web', 'w01.site w02.site w03.site xa xc xe'],
  ['xe,web', 'xe w01.site w02.site w03.site xa xc'],
  ['prod[0:2]', 'w01.site w02.site w03.site'],
  ['xe,w02.site,&web', 'xe w02.site'],
  ['all[0:2]', 'alone lonely w01.site'],
]

for (const [pattern, hosts] of ordered) {
  test(`${pattern} keeps the order`, () => assert.is(selectHosts(inventory, pattern).join(' '), hosts))
}

const splits: [string, string[]][] = [
  ['', []],
  ['a:b:!c', ['a', 'b', '!c']],
  ['a, b ,&c', ['a', 'b', '&c']],
  ['g[0:2]:h', ['g[0:2]', 'h']],
  ['n[a,b]x', ['n[a,b]x']],
  ['2001:db8::1', ['2001:db8::1']],
]

for (const [pattern, parts] of splits) test(`splits '${pattern}'`, () => assert.equal(splitPattern(pattern), parts))

test('a part without a host is told', () => {
  const told: string[] = []
  selectHosts(inventory, 'web:nosuch:!none', undefined, (part) => told.push(part))
  assert.equal(told, ['nosuch', 'none'])
})

test('the implicit localhost gives way to one in the inventory', async () => {
  const own = await loadInventory(['127.0.0.1,'], { decrypt: (text) => text, warn: () => {} })
  assert.equal(selectHosts(own, 'localhost'), ['127.0.0.1'])
  addHost(own, 'localhost')
  assert.equal(selectHosts(own, 'localhost'), ['localhost'])
  assert.equal(selectHosts(inventory, '::1'), ['::1'])
})

test('a limit may name a file of hosts', () => {
  const file = join(work, 'limit')
  writeFileSync(file, 'w01.site\n\nxa\n')
  assert.is(expandLimit(`db, @${file}`), 'db,w01.site,xa')
  assert.throws(
    () => expandLimit('@/none'),
    (thrown: unknown) => thrown instanceof Failure && thrown.code === 'inventory.limit',
  )
})

test('patterns never throw anything but a Failure', () => {
  const token = fc.constantFrom(
    'web',
    'w',
    '*',
    '?',
    '[',
    ']',
    '0',
    '1',
    '-',
    ':',
    ',',
    '!',
    '&',
    '~',
    '(',
    ')',
    '\\',
    '.',
    '^',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      try {
        for (const host of selectHosts(inventory, tokens.join(''))) assert.ok(inventory.hosts.has(host))
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown
      }
    }),
    { numRuns: tries(600) },
  )
})

test.run()
