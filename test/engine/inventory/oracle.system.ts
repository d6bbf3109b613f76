import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Inventory } from '../../../engine/inventory/inventory.ts'
import { loadInventory } from '../../../engine/inventory/load.ts'
import { hostVariables } from '../../../engine/inventory/variables.ts'
import { tool } from '../../../engine/process.ts'
import { toPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

// What inventories mean is compared with ansible-inventory.
const test = suite('inventory and ansible-inventory')
const cases = join(import.meta.dirname, 'cases')

let empty: string
test.before(() => {
  empty = mkdtempSync(join(tmpdir(), 'prelude-inventory-'))
})
test.after(() => rmSync(empty, { recursive: true, force: true }))

type Listing = {
  _meta: { hostvars: Record<string, unknown> }
  [group: string]: { hosts?: string[]; children?: string[] } | { hostvars: Record<string, unknown> }
}

/** Direct hosts and children of every group that has some, sorted. */
const groupsOf = (listing: Listing): Record<string, readonly [hosts: string[], children: string[]]> =>
  Object.fromEntries(
    Object.entries(listing)
      .filter(([name]) => name !== '_meta')
      .map(([name, group]) => {
        const { hosts = [], children = [] } = group as { hosts?: string[]; children?: string[] }
        return [name, [hosts.sort(), children.filter((child) => child !== 'ungrouped').sort()]] as const
      })
      .filter(([, [hosts, children]]) => hosts.length + children.length > 0),
  )

const listingOf = (inventory: Inventory): Listing => {
  const groups = [...inventory.groups.values()].map((group) => [
    group.name,
    { hosts: group.name === 'all' ? [] : [...group.hosts], children: [...group.children] },
  ])
  const hostvars = [...inventory.hosts.keys()]
    .map((name) => [name, toPlain(new Map(hostVariables(inventory, name).values))] as const)
    .filter(([, vars]) => Object.keys(vars as object).length > 0)
  return { ...Object.fromEntries(groups), _meta: { hostvars: Object.fromEntries(hostvars) } }
}

const told: { name: string; sources: string[]; playbook?: string }[] = [
  { name: 'INI', sources: ['ini/hosts.ini'] },
  { name: 'YAML', sources: ['yaml/hosts.yml'] },
  { name: 'a directory', sources: ['directory'] },
  { name: 'a script', sources: ['script/hosts.sh'] },
  { name: 'a list of hosts', sources: ['a,b:22,c.site,'] },
  { name: 'several sources', sources: ['several/one/hosts', 'several/two/hosts'] },
  { name: 'several sources the other way round', sources: ['several/two/hosts', 'several/one/hosts'] },
  { name: 'variables beside the playbook', sources: ['several/one/hosts', 'several/two/hosts'], playbook: 'playbook' },
]

for (const { name, sources, playbook } of told) {
  test(name, async () => {
    const paths = sources.map((source) => (source.includes(',') ? source : join(cases, source)))
    const directory = playbook === undefined ? empty : join(cases, playbook)
    const args = [...paths.flatMap((path) => ['-i', path]), '--playbook-dir', directory, '--list']
    const expected = JSON.parse(await tool('ansible-inventory', args, { cwd: empty })) as Listing
    const inventory = await loadInventory(paths, {
      playbookDirectory: directory,
      decrypt: (text) => text,
      warn: () => {},
    })
    const found = listingOf(inventory)
    assert.equal(found._meta.hostvars, expected._meta.hostvars)
    assert.equal(groupsOf(found), groupsOf(expected))
  })
}

test.run()
