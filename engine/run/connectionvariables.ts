import type { Task } from '../playbook/play.ts'
import type { Scope } from '../vars/scope.ts'
import { Omit, type Value } from '../vars/value.ts'
import { isImplicitlyLocal } from './connections.ts'
import { keyword, type Place, type PlayRun } from './playrun.ts'
import type { HostRun } from './state.ts'

/**
 * How a task's host is reached, by the names of the variables that say so, where nobody has set them: tasks see them,
 * `hostvars` does not. `above` is the scope without them: a keyword may speak of a variable that it stands in for.
 */
export const connectionVariables =
  (playRun: PlayRun, host: HostRun, task: Task, place: Place) =>
  (name: string, above: () => Scope): Value | undefined => {
    const { options } = playRun.run
    const { defaults } = options
    const word = (which: 'connection' | 'port' | 'remoteUser'): Value | undefined => {
      const given = keyword(which, task, place, playRun.play) as Value | undefined
      const value = given === undefined ? undefined : options.templar.resolve(given, above())
      return value instanceof Omit || value === null ? undefined : value
    }
    const isLocal = () => isImplicitlyLocal(host.name, options)
    const address = () => (isLocal() ? '127.0.0.1' : host.name)
    switch (name) {
      case 'ansible_connection':
        return word('connection') ?? (isLocal() ? 'local' : (defaults.connection ?? 'ssh'))
      case 'ansible_host':
        return above().get('ansible_ssh_host') ?? address()
      case 'ansible_ssh_host':
        return above().get('ansible_host') ?? address()
      case 'ansible_user':
        return above().get('ansible_ssh_user') ?? word('remoteUser') ?? defaults.user
      case 'ansible_ssh_user':
        return above().get('ansible_user') ?? word('remoteUser') ?? defaults.user
      case 'ansible_port':
        return above().get('ansible_ssh_port') ?? word('port') ?? defaults.port
      case 'ansible_ssh_port':
        return above().get('ansible_port') ?? word('port') ?? defaults.port
      case 'ansible_timeout':
        return above().get('ansible_ssh_timeout') ?? defaults.timeout
      case 'ansible_private_key_file':
        return above().get('ansible_ssh_private_key_file') ?? defaults.privateKeyFile
      case 'ansible_ssh_private_key_file':
        return above().get('ansible_private_key_file') ?? defaults.privateKeyFile
      case 'ansible_shell_executable':
        return '/bin/sh'
      default:
        return undefined
    }
  }
