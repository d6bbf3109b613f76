import { becomeMethods } from '../connections/become.ts'
import type { Become, Connection, ConnectionOptions } from '../connections/connection.ts'
import { connectionKind } from '../connections/kinds.ts'
import { Failure, type Position } from '../failure.ts'
import { Float, type Value } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import type { RunOptions } from './options.ts'

/** How to reach a host and as whom, from its connection variables and the task's keywords. */
export type Route = {
  readonly kind: string
  readonly options: ConnectionOptions
  readonly become?: Become | undefined
}

export type RouteKeywords = {
  readonly connection?: Value | undefined
  readonly remoteUser?: Value | undefined
  readonly port?: Value | undefined
  readonly become?: Value | undefined
  readonly becomeUser?: Value | undefined
  readonly becomeMethod?: Value | undefined
  readonly becomeFlags?: Value | undefined
  readonly becomeExe?: Value | undefined
}

const isMethod = (name: string): name is Become['method'] => (becomeMethods as readonly string[]).includes(name)

const localNames = new Set(['localhost', '127.0.0.1', '::1'])

/** A name of this machine that the inventory does not know is this machine. */
export const isImplicitlyLocal = (host: string, { inventory }: RunOptions): boolean =>
  localNames.has(host) && !inventory.hosts.has(host)

/** Reads the connection variables; `value` gives a variable's resolved value or undefined. */
export const routeOf = (
  host: string,
  value: (name: string) => Value | undefined,
  keywords: RouteKeywords,
  options: RunOptions,
  at: Position,
): Route => {
  const first = (...candidates: (Value | undefined)[]): string | undefined => {
    const found = candidates.find((candidate) => candidate !== undefined && candidate !== null && candidate !== '')
    return found === undefined ? undefined : String(found instanceof Float ? found.value : found)
  }
  const variable = (...names: string[]) => first(...names.map((name) => value(name)))
  const { defaults } = options
  const implicit = isImplicitlyLocal(host, options) ? 'local' : undefined
  const kind = connectionKind(
    first(variable('ansible_connection'), implicit, keywords.connection, defaults.connection) ?? 'ssh',
  )
  const named = first(variable('ansible_become_method'), keywords.becomeMethod, defaults.becomeMethod) ?? 'sudo'
  const method = named.replace(/^(?:ansible\.builtin|community\.general)\./, '')
  const wantsBecome = boolean(value('ansible_become') ?? keywords.become ?? defaults.become)
  if (wantsBecome && !isMethod(method)) {
    throw new Failure('connection.become', `become method '${method}' is not known`, {
      at,
      hint: `use one of ${becomeMethods.join(', ')}`,
    })
  }
  const user = variable('ansible_user', 'ansible_ssh_user') ?? first(keywords.remoteUser, defaults.user)
  const port = variable('ansible_port', 'ansible_ssh_port') ?? first(keywords.port, defaults.port)
  const sshArguments = [
    variable('ansible_ssh_args') ?? defaults.sshArguments,
    variable('ansible_ssh_common_args') ?? defaults.sshCommonArguments,
    variable('ansible_ssh_extra_args') ?? defaults.sshExtraArguments,
  ]
    .filter((part) => part)
    .join(' ')
  const retries = Number(variable('ansible_ssh_retries') ?? defaults.sshRetries ?? 0)
  const checking = value('ansible_host_key_checking') ?? value('ansible_ssh_host_key_checking')
  const password = variable('ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password') ?? defaults.password
  const privateKeyFile = variable('ansible_private_key_file', 'ansible_ssh_private_key_file') ?? defaults.privateKeyFile
  const becomeFlags =
    variable(`ansible_${method}_flags`, 'ansible_become_flags') ?? first(keywords.becomeFlags, defaults.becomeFlags)
  const becomeExe =
    variable(`ansible_${method}_exe`, 'ansible_become_exe') ?? first(keywords.becomeExe, defaults.becomeExe)
  const becomePassword =
    variable(
      `ansible_${method}_pass`,
      `ansible_${method}_password`,
      'ansible_become_password',
      'ansible_become_pass',
    ) ?? defaults.becomePassword
  const root = variable('image_root')
  const packages = value('bootstrap_packages')
  const bootstrap =
    kind === 'image'
      ? {
          method: variable('bootstrap') ?? 'mmdebstrap',
          from: variable('build_from') ?? '',
          packages: Array.isArray(packages) ? packages.map(String) : [],
        }
      : undefined
  return {
    kind,
    options: {
      host: variable('ansible_host', 'ansible_ssh_host') ?? host,
      hostKeyChecking: checking === undefined ? defaults.hostKeyChecking : boolean(checking),
      timeout: Number(variable('ansible_timeout', 'ansible_ssh_timeout') ?? defaults.timeout) * 1000,
      ...(port ? { port: Number(port) } : {}),
      ...(user ? { user } : {}),
      ...(password ? { password } : {}),
      ...(privateKeyFile ? { privateKeyFile } : {}),
      ...(defaults.sshAgent ? { sshAgent: defaults.sshAgent } : {}),
      ...(sshArguments ? { sshArguments } : {}),
      ...(retries > 0 ? { retries } : {}),
      ...(root ? { root } : {}),
      ...(bootstrap ? { bootstrap } : {}),
    },
    become: wantsBecome
      ? {
          user:
            first(
              variable(`ansible_${method}_user`, 'ansible_become_user'),
              keywords.becomeUser,
              defaults.becomeUser,
            ) ?? 'root',
          method: method as Become['method'],
          ...(becomeFlags ? { flags: becomeFlags } : {}),
          ...(becomeExe ? { exe: becomeExe } : {}),
          ...(becomePassword ? { password: becomePassword } : {}),
        }
      : undefined,
  }
}

/** The connections of a run, opened once per way of reaching a host and kept until the end. */
export class Connections {
  readonly #open: RunOptions['open']
  readonly #opened = new Map<string, Promise<Connection>>()

  constructor(open: RunOptions['open']) {
    this.#open = open
  }

  async to(route: Route): Promise<Connection> {
    const key = JSON.stringify([route.kind, route.options])
    let opened = this.#opened.get(key)
    if (!opened) {
      opened = this.#open(route.kind, route.options)
      this.#opened.set(key, opened)
      // A connection that failed is tried anew by the next task that wants it.
      opened.catch(() => this.#opened.delete(key))
    }
    const connection = await opened
    return route.become ? connection.as(route.become) : connection
  }

  /** Closes one route's connection, so that the next task opens it anew (`meta: reset_connection`). */
  async reset(route: Route): Promise<void> {
    const key = JSON.stringify([route.kind, route.options])
    const opened = this.#opened.get(key)
    this.#opened.delete(key)
    await (await opened?.catch(() => undefined))?.close()
  }

  async close(): Promise<void> {
    const all = [...this.#opened.values()]
    this.#opened.clear()
    await Promise.allSettled(all.map(async (opened) => (await opened).close()))
  }
}
