import { Failure } from '../failure.ts'
import { type Dict, holdsTemplate, isDict, Template, type Value } from '../vars/value.ts'
import { addChild, ensureGroup, ensureHost } from './build.ts'
import { hostEntry } from './expand.ts'
import type { Inventory, VariableLayer } from './inventory.ts'
import { readToml, type TomlValue } from './tomltext.ts'

const valueOfToml = (data: TomlValue, file: string): Value => {
  if (typeof data === 'string' && holdsTemplate(data)) return new Template(data, { file, line: 1, column: 1 })
  if (Array.isArray(data)) return data.map((item) => valueOfToml(item, file))
  if (data instanceof Map) return new Map([...data].map(([key, item]) => [key, valueOfToml(item, file)]))
  return data
}

const wrong = (file: string, message: string, hint: string): Failure =>
  new Failure('inventory.toml', message, { at: { file, line: 1, column: 1 }, hint })

/** Reads a TOML inventory: a table a group, with `hosts`, `vars` and `children`. @throws Failure */
export const readTomlInventory = (inventory: Inventory, text: string, file: string, source: string): void => {
  const layerOf = (values: Dict, level: 3 | 8): VariableLayer => ({
    source,
    values,
    positions: new Map(),
    level,
    order: 0,
  })
  const readHosts = (group: string, hosts: Value) => {
    if (!isDict(hosts)) throw wrong(file, `the hosts of '${group}' must be a table`, `write [${group}.hosts]`)
    for (const [pattern, vars] of hosts) {
      const { names, port } = hostEntry(String(pattern), { file, line: 1, column: 1 })
      const own: Dict = new Map(port === undefined ? [] : [['ansible_port', port]])
      for (const [key, value] of isDict(vars) ? vars : []) own.set(key, value)
      for (const name of names) {
        const host = ensureHost(inventory, name, group)
        if (own.size > 0) host.layers.push(layerOf(own, 8))
      }
    }
  }
  const root = valueOfToml(readToml(text, file), file) as Dict
  if (root.has('plugin')) throw wrong(file, 'this is the configuration of an inventory plugin', 'write it as YAML')
  for (const [key, data] of root) {
    const name = String(key)
    if (!isDict(data)) throw wrong(file, `the group '${name}' must be a table`, `write [${name}]`)
    const group = ensureGroup(inventory, name)
    const vars = data.get('vars')
    const children = data.get('children')
    if (isDict(vars) && vars.size > 0) group.layers.push(layerOf(vars, 3))
    for (const child of Array.isArray(children) ? children.map(String) : []) addChild(inventory, name, child)
    if (data.has('hosts')) readHosts(name, data.get('hosts') ?? new Map())
  }
}
