import { dirname } from 'node:path'
import { magicGroups } from '../inventory/groups.ts'
import type { Play, Task } from '../playbook/play.ts'
import { emptyHostState, hostScope } from '../vars/precedence.ts'
import type { Scope } from '../vars/scope.ts'
import { type Dict, omit, type Value } from '../vars/value.ts'
import { LazyDict } from './lazydict.ts'
import { hostOf, keywords, type Place, type PlayRun, type Run } from './playrun.ts'
import { type HostRun, isActive } from './state.ts'

/** The version of Ansible's language that templates may ask for. */
export const languageVersion: Dict = new Map<string, Value>([
  ['full', '2.19.0'],
  ['string', '2.19.0'],
  ['major', 2],
  ['minor', 19],
  ['revision', 0],
])

const names = [
  'groups',
  'hostvars',
  'playbook_dir',
  'role_name',
  'role_path',
  'role_names',
  'omit',
  'vars',
  'environment',
  'ansible_check_mode',
  'ansible_diff_mode',
  'ansible_verbosity',
  'ansible_version',
  'ansible_forks',
  'ansible_limit',
  'ansible_run_tags',
  'ansible_skip_tags',
  'ansible_inventory_sources',
  'ansible_play_name',
  'ansible_play_hosts',
  'ansible_play_hosts_all',
  'ansible_play_batch',
  'play_hosts',
  'ansible_role_name',
  'ansible_collection_name',
  'ansible_role_names',
  'ansible_play_role_names',
  'ansible_dependent_role_names',
  'ansible_config_file',
  'ansible_playbook_python',
  'ansible_search_path',
] as const

export const magicNames: readonly string[] = names

/** What is known of a host without a task, as it was written; undefined when no such host is known. */
export const variablesOf = (run: Run, name: string): Scope | undefined => {
  const { options, hosts } = run
  if (!options.inventory.hosts.has(name) && !hosts.has(name)) return undefined
  // of a host that no play has named there may be facts of former runs
  const state = (options.factCache ? hostOf(run, name) : hosts.get(name))?.variables ?? emptyHostState()
  const magic = (wanted: string) => inventoryMagic(run, name, wanted)
  return hostScope({ inventory: options.inventory, hostName: name, state, extraVars: options.extraVars, magic })
}

/** Variables of any host of the inventory, resolved in that host's own scope. */
const hostvars = (run: Run): Dict => {
  const { options, hosts } = run
  const known = new Map<string, Dict>()
  const of = (name: string): Dict | undefined => {
    const made = known.get(name)
    if (made) return made
    const scope = variablesOf(run, name)
    if (!scope) return undefined
    const dict = new LazyDict(
      () => scope.names(),
      (key) => {
        const value = scope.get(key)
        return value === undefined ? undefined : options.templar.resolve(value, scope)
      },
    )
    known.set(name, dict)
    return dict
  }
  return new LazyDict(() => new Set([...options.inventory.hosts.keys(), ...hosts.keys()]), of)
}

const inventoryMagic = ({ options }: Run, host: string, name: string): Value | undefined => {
  return name === 'groups' ? magicGroups(options.inventory) : options.magic?.(name, host)
}

/** The roles that are there because others depend on them. */
const dependentRoles = ({ roles }: Play): string[] => [...new Set(roles.flatMap((role) => role.dependencies))]

/** The magic variables that a play has before it has hosts. */
export const playMagic = (run: Run, play: Play, name: string): Value | undefined => {
  const { options } = run
  switch (name) {
    case 'hostvars':
      return hostvars(run)
    case 'groups':
      return magicGroups(options.inventory)
    case 'omit':
      return omit
    case 'playbook_dir':
      return play.directory
    case 'role_names':
    case 'ansible_play_role_names':
      return [...play.roleNames]
    case 'ansible_dependent_role_names':
      return dependentRoles(play)
    case 'ansible_role_names':
      return [...new Set([...dependentRoles(play), ...play.roleNames])]
    case 'ansible_config_file':
      return null
    case 'ansible_playbook_python':
      return '/usr/bin/python3'
    case 'ansible_check_mode':
      return options.check
    case 'ansible_diff_mode':
      return options.diff
    case 'ansible_verbosity':
      return options.verbosity
    case 'ansible_version':
      return languageVersion
    case 'ansible_forks':
      return options.forks
    case 'ansible_limit':
      return options.limit
    case 'ansible_run_tags':
      return options.tags.length > 0 ? [...options.tags] : ['all']
    case 'ansible_skip_tags':
      return [...options.skipTags]
    case 'ansible_inventory_sources':
      return [...options.inventory.sources]
    case 'ansible_play_name':
      return typeof play.name === 'string' ? play.name : play.name.source
    default:
      return undefined
  }
}

/** The magic variables as a task on a host sees them; each is made when it is asked for. */
export const magicVariables = (
  playRun: PlayRun,
  host: HostRun,
  task: Task,
  place: Place,
  scope: () => Scope,
): ((name: string) => Value | undefined) => {
  const { run, play } = playRun
  const activeNames = (hosts: readonly HostRun[]): Value => hosts.filter(isActive).map((each) => each.name)
  return (name) => {
    switch (name) {
      case 'vars':
        return new LazyDict(
          () => scope().names(),
          (key) => scope().get(key),
        )
      case 'environment':
        return keywords('environment', task, place, play).flat()
      case 'role_name':
        return task.role?.name
          .split('.')
          .slice(task.role.collection ? 2 : 0)
          .join('.')
      case 'ansible_role_name':
        return task.role?.name
      case 'ansible_collection_name':
        return task.role?.collection
      case 'role_path':
        return task.role?.path
      case 'ansible_play_hosts':
        return activeNames(playRun.hosts)
      case 'ansible_play_hosts_all':
        return playRun.hosts.map((each) => each.name)
      case 'ansible_play_batch':
      case 'play_hosts':
        return activeNames(playRun.batch)
      case 'ansible_search_path':
        return [...new Set([...task.searchPath, play.directory, dirname(task.at.file)])]
      default: {
        const value = playMagic(run, play, name) // null is a value
        return value === undefined ? inventoryMagic(run, host.name, name) : value
      }
    }
  }
}
