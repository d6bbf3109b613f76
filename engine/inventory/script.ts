import { Failure } from '../failure.ts'
import { execute } from '../process.ts'
import { type Dict, isDict, type Value } from '../vars/value.ts'
import { loadYaml } from '../yaml/load.ts'
import { addChild, ensureGroup, ensureHost } from './build.ts'
import type { Inventory } from './inventory.ts'

const run = async (file: string, args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await execute(file, args)
  if (code === 0) return stdout
  throw new Failure('inventory.script', `the inventory script ${file} ended with code ${code}`, {
    hint: stderr.trim().split('\n').slice(-3).join(' ') || `run '${file} ${args.join(' ')}' to see why`,
  })
}

const dictOf = (text: string, file: string, what: string): Dict => {
  const { value } = loadYaml(text, file)
  if (isDict(value)) return value
  throw new Failure('inventory.script', `${file} ${what} did not print a JSON object`, {
    hint: 'an inventory script prints {"group": {"hosts": […], "vars": {…}}, "_meta": {"hostvars": {…}}}',
  })
}

const names = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : [])

/** Runs an inventory script with --list, and with --host where it gives no `_meta`, and reads its JSON. */
export const readScript = async (inventory: Inventory, file: string, source: string): Promise<void> => {
  const list = dictOf(await run(file, ['--list']), file, '--list')
  const told = new Set<string>()
  for (const [key, data] of list) {
    if (key === '_meta') continue
    for (const host of readGroup(inventory, String(key), data, source)) told.add(host)
  }
  const meta = list.get('_meta')
  const hostvars = isDict(meta) ? meta.get('hostvars') : undefined
  for (const name of isDict(hostvars) ? [...hostvars.keys()].map(String) : told) {
    const own = isDict(hostvars)
      ? hostvars.get(name)
      : dictOf((await run(file, ['--host', name])) || '{}', file, '--host')
    if (isDict(own) && own.size > 0) {
      // variables of a host that --list does not name are not wanted
      inventory.hosts.get(name)?.layers.push({ source, values: own, positions: new Map(), level: 8, order: 0 })
    }
  }
}

/** Reads a group and returns the names of its hosts. */
const readGroup = (inventory: Inventory, name: string, data: Value, source: string): readonly string[] => {
  const group = ensureGroup(inventory, name)
  const isGroup = isDict(data) && ['hosts', 'vars', 'children'].some((key) => data.has(key))
  // the oldest form: a group is its list of hosts; or a host with its variables
  const hosts = names(Array.isArray(data) ? data : isGroup ? data.get('hosts') : isDict(data) ? [name] : [])
  for (const host of hosts) ensureHost(inventory, host, name)
  const vars = isGroup ? data.get('vars') : data
  if (isDict(vars) && vars.size > 0) {
    group.layers.push({ source, values: vars, positions: new Map(), level: 3, order: 0 })
  }
  if (isGroup) for (const child of names(data.get('children'))) addChild(inventory, name, child)
  return hosts
}
