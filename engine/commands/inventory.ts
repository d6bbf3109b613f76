import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { graphOf, type ListingOptions, scriptListing, tomlListing, yamlListing } from '../inventory/listing.ts'
import { selectHosts } from '../inventory/pattern.ts'
import { allVariables, ownVariables } from '../inventory/shown.ts'
import { tomlText } from '../inventory/tomltext.ts'
import { toJson } from '../vars/json.ts'
import { type Dict, isDict, type Value } from '../vars/value.ts'
import { toYaml } from '../vars/yamltext.ts'
import {
  type InventoryFlags,
  inventoryOptions,
  type VariableFlags,
  type VaultFlags,
  variableOptions,
  vaultOptions,
} from './options.ts'
import { openSession } from './session.ts'
import { start } from './start.ts'
import type { Surroundings } from './surroundings.ts'
import { more } from './values.ts'

type Flags = InventoryFlags &
  VariableFlags &
  VaultFlags & {
    list?: boolean
    host?: string
    graph?: boolean
    yaml?: boolean
    toml?: boolean
    vars?: boolean
    export?: boolean
    output?: string
    playbookDir?: string
  }

const wrongUse = (message: string, hint?: string): Failure => new Failure('cli.usage', message, { hint })

const actionOf = (flags: Flags): 'list' | 'host' | 'graph' => {
  const chosen = (['list', 'host', 'graph'] as const).filter((name) => flags[name] !== undefined)
  const [action, second] = chosen
  if (action && !second) return action
  throw wrongUse(
    second ? `--${action} and --${second} exclude each other` : 'nothing is asked for',
    'give one of --list, --host NAME and --graph',
  )
}

const json = (value: Dict): string =>
  `${toJson(value, { indent: 4, sortKeys: true, isAscii: false, itemSeparator: ', ', keySeparator: ': ' })}\n`

const yamlStyle = { indent: 2, sortKeys: true, width: 80, flow: 'never', hasStart: false, allowsUnicode: true } as const

/** A value with a name in place of each vault in it, which `vaults` then knows. */
const withoutVaults = (value: Value, vaults: string[]): Value => {
  if (Array.isArray(value)) return value.map((item) => withoutVaults(item, vaults))
  if (!isDict(value)) return value
  const ciphertext = value.get('__ansible_vault')
  if (value.size === 1 && typeof ciphertext === 'string') return `__vault_${vaults.push(ciphertext) - 1}__`
  return new Map([...value].map(([key, item]) => [key, withoutVaults(item, vaults)]))
}

/** YAML, with vaults as a YAML file holds them. */
const yaml = (value: Dict): string => {
  const vaults: string[] = []
  return toYaml(withoutVaults(value, vaults), yamlStyle).replace(
    /^( *)(.*)__vault_(\d+)__$/gm,
    (_, indent: string, before: string, number: string) =>
      [`${indent}${before}!vault |`, ...(vaults[Number(number)] as string).trimEnd().split('\n')].join(`\n${indent}  `),
  )
}

const textOf = (value: Dict, flags: Flags): string => {
  if (flags.yaml) return yaml(value)
  return flags.toml ? tomlText(value) : json(value)
}

const list = (options: ListingOptions, flags: Flags): string => {
  if (flags.yaml) return textOf(yamlListing(options), flags)
  return textOf(flags.toml ? tomlListing(options) : scriptListing(options), flags)
}

const host = ({ inventory, extraVars, isExport }: ListingOptions, pattern: string, flags: Flags): string => {
  const [name, second] = selectHosts(inventory, pattern)
  if (name === undefined || second !== undefined) {
    throw wrongUse(`--host takes the name of one host, and '${pattern}' means ${name ? 'several' : 'none'}`)
  }
  const vars = isExport ? ownVariables(inventory, 'host', name) : allVariables(inventory, name, extraVars)
  return textOf(vars, flags)
}

const graph = (options: ListingOptions, group: string, flags: Flags): string => {
  if (options.inventory.groups.has(group)) return graphOf(options, group, flags.vars ?? false)
  throw wrongUse(`there is no group '${group}'`, `known: ${[...options.inventory.groups.keys()].sort().join(', ')}`)
}

const show = async (surroundings: Surroundings, group: string, flags: Flags): Promise<string> => {
  const action = actionOf(flags)
  const session = await openSession(await start(surroundings), flags, flags.playbookDir ?? '.')
  const { inventory } = session.site
  const hosts = new Set(session.limit === undefined ? inventory.hosts.keys() : selectHosts(inventory, session.limit))
  const options: ListingOptions = { inventory, hosts, extraVars: session.extraVars, isExport: flags.export ?? false }
  if (action === 'host') return host(options, flags.host as string, flags)
  return action === 'graph' ? graph(options, group, flags) : list(options, flags)
}

export const inventoryCommand = (program: Command, surroundings: Surroundings): void => {
  const command = program.command('inventory').description('Shows the inventory, as ansible-inventory does')
  command.argument('[group]', 'the group that --graph begins with', 'all')
  inventoryOptions(command)
  variableOptions(command)
  vaultOptions(command)
  command
    .option('--list', 'print all groups, hosts and variables, as an inventory script does')
    .option('--host <name>', 'print the variables of a host')
    .option('--graph', 'draw the groups and their hosts')
    .option('-y, --yaml', 'print YAML instead of JSON')
    .option('--toml', 'print TOML instead of JSON')
    .option('--vars', 'with --graph: variables too')
    .option('--export', 'variables where they are written instead of all of them at each host')
    .option('--output <file>', 'write here instead of standard output')
    .option('--playbook-dir <directory>', 'directory whose group_vars and host_vars count too')
    .option('-v, --verbose', 'no effect', more, 0)
    .action(async (group: string, flags: Flags) => {
      const text = await show(surroundings, group, flags)
      if (flags.output === undefined) surroundings.out(text)
      else await writeFile(resolve(surroundings.directory, flags.output), text)
    })
}
