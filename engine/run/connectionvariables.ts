import type { Task } from '../playbook/play.ts'
import type { Scope } from '../vars/scope.ts'
import { Omit, type Value } from '../vars/value.ts'
import { isImplicitlyLocal } from './connections.ts'
import { variablesOf } from './magic.ts'
import { keyword, type Place, type PlayRun } from './playrun.ts'
import type { HostRun } from './state.ts'

type Names = readonly [string, ...string[]]

/** Variables that mean the same, each by all its names. */
const aliases: readonly Names[] = [
  ['ansible_connection'],
  ['ansible_host', 'ansible_ssh_host'],
  ['ansible_user', 'ansible_ssh_user'],
  ['ansible_port', 'ansible_ssh_port'],
  ['ansible_timeout', 'ansible_ssh_timeout'],
  ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  ['ansible_shell_executable'],
]
const namesOf: ReadonlyMap<string, Names> = new Map(aliases.flatMap((names) => names.map((name) => [name, names])))

/**
 * How a task's host is reached, by the names of the variables that say so, where nobody has set them: tasks see them,
 * `hostvars` does not. Of a task that another host carries out it is how that one is reached. `above` is the scope without
 * them: a keyword may speak of a variable that it stands in for.
 */
export const connectionVariables =
  (playRun: PlayRun, host: HostRun, task: Task, place: Place, delegate: string | undefined) =>
  (name: string, above: () => Scope): Value | undefined => {
    const names = namesOf.get(name)
    if (names === undefined) return undefined
    const { options } = playRun.run
    const { defaults } = options
    const reached = delegate ?? host.name
    // The delegate's are as they were written: they get their values on the task's own host, as with Ansible.
    const set = delegate === undefined ? above() : variablesOf(playRun.run, delegate)
    for (const each of names) {
      const value = set?.get(each)
      if (value !== undefined) return value
    }
    const word = (which: 'connection' | 'port' | 'remoteUser'): Value | undefined => {
      const given = keyword(which, task, place, playRun.play) as Value | undefined
      const value = given === undefined ? undefined : options.templar.resolve(given, above())
      return value instanceof Omit || value === null ? undefined : value
    }
    const isLocal = isImplicitlyLocal(reached, options)
    switch (names[0]) {
      case 'ansible_connection':
        if (isLocal) return 'local'
        // a delegate is reached by the play's connection, but no variable tells of it, as with Ansible
        return (delegate === undefined ? word('connection') : undefined) ?? defaults.connection ?? 'ssh'
      case 'ansible_host':
        return isLocal && delegate === undefined ? '127.0.0.1' : reached
      case 'ansible_user':
        return word('remoteUser') ?? defaults.user
      case 'ansible_port':
        // a play's port is used, and no variable tells of it, as with Ansible
        return word('port') === undefined ? defaults.port : undefined
      case 'ansible_timeout':
        return defaults.timeout
      case 'ansible_private_key_file':
        return defaults.privateKeyFile
      default:
        return '/bin/sh'
    }
  }
