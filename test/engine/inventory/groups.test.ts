import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { emptyInventory } from '../../../engine/inventory/build.ts'
import { addGroup, addHost } from '../../../engine/inventory/edit.ts'
import { groupsOf, magicGroups, membersOf } from '../../../engine/inventory/groups.ts'
import { readIni } from '../../../engine/inventory/ini.ts'
import type { Inventory } from '../../../engine/inventory/inventory.ts'
import { loadInventory } from '../../../engine/inventory/load.ts'
import { explain, hostVariables } from '../../../engine/inventory/variables.ts'
import { readYamlInventory } from '../../../engine/inventory/yaml.ts'
import { type Dict, toPlain } from '../../../engine/vars/value.ts'
import { loadYaml } from '../../../engine/yaml/load.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('groups')

let directory: string
test.before(() => {
  directory = mkdtempSync(join(tmpdir(), 'prelude-groups-'))
})
test.after(() => rmSync(directory, { recursive: true, force: true }))

const load = (text: string): Promise<Inventory> => {
  const file = join(directory, 'hosts.ini')
  writeFileSync(file, text)
  return loadInventory([file], { decrypt: (cipher) => cipher, warn: () => {} })
}

const value = (inventory: Inventory, host: string, name: string) => hostVariables(inventory, host).values.get(name)

test('a deeper group wins, then the higher priority, then the later name', async () => {
  const groups = '[top:children]\nmiddle\n[middle:children]\nlow\n[low]\nh\n[b]\nh\n[a]\nh\n[c]\nh\n'
  const vars = (name: string) => `[${name}:vars]\nx=${name}\n`
  const inventory = await load(`${groups}${['low', 'top', 'b', 'middle', 'a', 'c'].map(vars).join('')}`)
  assert.equal(groupsOf(inventory, 'h'), ['all', 'a', 'b', 'c', 'top', 'middle', 'low'])
  assert.is(value(inventory, 'h', 'x'), 'low')
  const flat = await load(`[b]\nh\n[a]\nh\n${vars('a')}${vars('b')}ansible_group_priority=0\n`)
  assert.equal(groupsOf(flat, 'h'), ['all', 'b', 'a'])
  assert.is(value(flat, 'h', 'x'), 'a')
})

test('a host without a group is ungrouped, and only then', async () => {
  const inventory = await load('h\nloose\n[g]\nh\n')
  assert.equal(toPlain(magicGroups(inventory)), { all: ['loose', 'h'], ungrouped: ['loose'], g: ['h'] })
})

test('where a variable comes from is known, and what it replaced', async () => {
  const inventory = await load('[g]\nh x=1\n[g:vars]\nx=2\n[all:vars]\nx=3\n')
  const rows = explain(inventory, 'h', 'x')
  assert.equal(
    rows.map((row) => [row.value, row.origin.source, row.origin.at?.line, row.origin.at?.column]),
    [
      [3, '[all:vars] of hosts.ini', 6, 1],
      [2, '[g:vars] of hosts.ini', 4, 1],
      [1, 'hosts.ini', 2, 3],
    ],
  )
})

test('add_host and group_by change the inventory', () => {
  const inventory = emptyInventory()
  assert.is(addHost(inventory, 'h', ['new'], new Map([['x', 1]]) as Dict), true)
  assert.is(addHost(inventory, 'h', ['new']), false)
  assert.is(value(inventory, 'h', 'x'), 1)
  assert.equal(membersOf(inventory, 'new'), ['h'])
  assert.is(addGroup(inventory, 'os_Debian', ['os'], ['h']), true)
  assert.is(addGroup(inventory, 'os_Debian', ['os'], ['h']), false)
  assert.equal(groupsOf(inventory, 'h'), ['all', 'new', 'os', 'os_Debian'])
  assert.equal(toPlain(magicGroups(inventory)), { all: ['h'], ungrouped: [], new: ['h'], os_Debian: ['h'], os: ['h'] })
  assert.throws(
    () => addGroup(inventory, 'os', ['os_Debian']),
    (thrown: unknown) => thrown instanceof Failure,
  )
})

test('a later add_host replaces variables and keeps the others', () => {
  const inventory = emptyInventory()
  addHost(
    inventory,
    'h',
    [],
    new Map([
      ['x', 1],
      ['y', 1],
    ]) as Dict,
  )
  addHost(inventory, 'h', [], new Map([['x', 2]]) as Dict)
  assert.equal([value(inventory, 'h', 'x'), value(inventory, 'h', 'y')], [2, 1])
})

test('reading inventories never throws anything but a Failure', () => {
  const token = fc.constantFrom(
    ...[
      '[',
      ']',
      'a',
      'b',
      ':',
      'children',
      'vars',
      '=',
      ' ',
      '\n',
      '\n',
      '#',
      '"',
      "'",
      '1',
      '[1:3]',
      '[a:',
      '\\',
      '{',
      ',',
      '\t',
    ],
  )
  const text = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(''))
  fc.assert(
    fc.property(text, (ini) => {
      for (const failure of readIni(emptyInventory(), ini, 'f', 'f')) assert.ok(failure.at)
    }),
    { numRuns: tries(400) },
  )
  const leaf = fc.constantFrom('x', '1', '~', '[a]', '{}')
  const name = fc.constantFrom('all', 'hosts', 'vars', 'children', 'a', 'b', '"h[1:2]"', '5', 'plugin')
  const { node } = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      leaf,
      fc
        .uniqueArray(fc.tuple(name, tie('node')), { maxLength: 3, selector: ([key]) => key })
        .map((entries) => `{${entries.map(([key, item]) => `${key}: ${item}`).join(', ')}}`),
    ),
  }))
  fc.assert(
    fc.property(node, (yaml) => {
      for (const failure of readYamlInventory(emptyInventory(), loadYaml(yaml, 'f'), 'f', () => {}))
        assert.ok(failure.at)
    }),
    { numRuns: tries(200) },
  )
})

test.run()
