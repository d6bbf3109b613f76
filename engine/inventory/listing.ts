import { text } from '../vars/python/text.ts'
import type { Dict, Value } from '../vars/value.ts'
import type { Inventory } from './inventory.ts'
import { allVariables, ownVariables } from './shown.ts'

export type ListingOptions = {
  readonly inventory: Inventory
  /** Hosts that are shown. */
  readonly hosts: ReadonlySet<string>
  readonly extraVars: Dict
  /** Variables where they are written, at groups and hosts, instead of all of them at each host. */
  readonly isExport: boolean
}

const variablesOf = ({ inventory, extraVars, isExport }: ListingOptions, host: string): Dict =>
  isExport ? ownVariables(inventory, 'host', host) : allVariables(inventory, host, extraVars)

const hostsIn = ({ inventory, hosts }: ListingOptions, group: string): string[] =>
  [...(inventory.groups.get(group)?.hosts ?? [])].filter((name) => hosts.has(name))

const childrenOf = ({ inventory }: ListingOptions, group: string): string[] => [
  ...(inventory.groups.get(group)?.children ?? []),
]

const groupVariables = ({ inventory }: ListingOptions, group: string): Dict => ownVariables(inventory, 'group', group)

/** Every group once, from the top down. */
const walk = (options: ListingOptions, visit: (group: string) => void): void => {
  const seen = new Set(['all'])
  for (const group of seen) {
    visit(group)
    for (const child of childrenOf(options, group)) seen.add(child)
  }
}

const withoutEmpty = (entries: readonly (readonly [string, Value])[]): Dict =>
  new Map(entries.filter(([, value]) => (Array.isArray(value) ? value.length : (value as Dict).size) > 0))

/** What an inventory script prints with --list. */
export const scriptListing = (options: ListingOptions): Dict => {
  const hostvars = [...options.hosts].map((name) => [name, variablesOf(options, name)] as const)
  const listing: Dict = new Map([['_meta', new Map([['hostvars', withoutEmpty(hostvars)]])]])
  walk(options, (group) => {
    const found = withoutEmpty([
      ['hosts', group === 'all' ? [] : hostsIn(options, group)],
      ['children', childrenOf(options, group)],
      ['vars', options.isExport ? groupVariables(options, group) : new Map()],
    ])
    if (found.size > 0) listing.set(group, found)
  })
  return listing
}

/** The inventory as a YAML inventory; a host's variables stand where it is named first. */
export const yamlListing = (options: ListingOptions): Dict => {
  const seen = new Set<string>()
  const treeOf = (group: string): Dict => {
    const children: Dict = new Map(childrenOf(options, group).map((child) => [child, treeOf(child)]))
    const hosts: Dict = new Map()
    for (const name of group === 'all' ? [] : hostsIn(options, group)) {
      hosts.set(name, seen.has(name) ? new Map() : variablesOf(options, name))
      seen.add(name)
    }
    const vars: Dict = options.isExport ? groupVariables(options, group) : new Map()
    return withoutEmpty([
      ['children', children],
      ['hosts', hosts],
      ['vars', vars],
    ])
  }
  return new Map([['all', treeOf('all')]])
}

/** The inventory as a TOML inventory. */
export const tomlListing = (options: ListingOptions): Dict => {
  const listing: Dict = new Map()
  const seen = new Set<string>()
  walk(options, (group) => {
    const hosts: Dict = new Map()
    for (const name of group === 'all' ? [] : hostsIn(options, group)) {
      hosts.set(name, seen.has(name) ? new Map() : variablesOf(options, name))
      seen.add(name)
    }
    const children = childrenOf(options, group).filter((child) => child !== 'ungrouped')
    const found = withoutEmpty([
      ['children', group === 'all' ? [] : children],
      ['hosts', hosts],
      ['vars', options.isExport ? groupVariables(options, group) : new Map()],
    ])
    if (found.size > 0) listing.set(group, found)
  })
  return listing
}

/** A drawing of the groups below one, with their hosts. */
export const graphOf = (options: ListingOptions, group: string, withVariables: boolean): string => {
  const lines: string[] = []
  const add = (name: string, depth: number) => lines.push(depth === 0 ? name : `${'  |'.repeat(depth)}--${name}`)
  const addVariables = (values: Dict, depth: number) => {
    if (withVariables) for (const [key, value] of values) add(`{${String(key)} = ${text(value)}}`, depth)
  }
  const draw = (name: string, depth: number) => {
    add(`@${name}:`, depth)
    for (const child of childrenOf(options, name)) draw(child, depth + 1)
    for (const host of name === 'all' ? [] : hostsIn(options, name)) {
      add(host, depth + 1)
      addVariables(variablesOf(options, host), depth + 2)
    }
    addVariables(groupVariables(options, name), depth + 1)
  }
  draw(group, 0)
  return `${lines.join('\n')}\n`
}
