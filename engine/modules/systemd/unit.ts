import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'

export type Scope = 'system' | 'user' | 'global'

/** What systemd knows of a unit. */
export type Unit = {
  readonly name: string
  /** Whether a systemd runs that could start it; within an image none does. */
  readonly isControllable: boolean
  readonly exists: boolean
  readonly isEnabled: boolean
  readonly isMasked: boolean
  /** `active`, `activating`, `inactive`, `failed` …; empty when no systemd runs. */
  readonly activeState: string
  /** All that `systemctl show` prints. */
  readonly properties: Readonly<Record<string, string>>
}

/** A call of systemctl that also works where no systemd runs: in an image it only edits links. */
export const systemctl = (scope: Scope, isImage: boolean, words: readonly string[]): Command => {
  const offline = isImage ? sh`SYSTEMD_OFFLINE=1 ` : sh``
  if (scope === 'system') return sh`${offline}systemctl ${words}`
  if (scope === 'global') return sh`${offline}systemctl --global ${words}`
  return sh`${offline}XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}" systemctl --user ${words}`
}

/** Reads the `NAME=value` lines of `systemctl show`; a value may go on over lines that are none. */
export const parseProperties = (text: string): Record<string, string> => {
  const properties: Record<string, string> = {}
  let last: string | undefined
  for (const line of text.split('\n')) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9]*)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) {
      properties[name] = value
      last = name
    } else if (last !== undefined && line !== '') properties[last] += `\n${line}`
  }
  return properties
}

// `static` and `generated` units cannot be enabled any further; `alias` and `indirect` ones stand for others.
const enabledStates = new Set(['enabled', 'enabled-runtime', 'static', 'generated', 'transient'])

/** Makes a Unit of what `lookAtUnit` had printed: a line with `booted` or `offline`, the state, the properties. */
export const parseUnit = (name: string, text: string): Unit => {
  const [running = '', state = '', ...rest] = text.split('\n')
  const properties = parseProperties(rest.join('\n'))
  const load = properties['LoadState'] ?? 'not-found'
  return {
    name,
    isControllable: running === 'booted',
    exists: (state !== '' && state !== 'not-found') || load !== 'not-found',
    isEnabled: enabledStates.has(state),
    isMasked: state.startsWith('masked') || load === 'masked',
    activeState: properties['ActiveState'] ?? '',
    properties,
  }
}

/** Asks systemd for a unit, in one round trip. Throws a Failure when the host has no systemctl. */
export const lookAtUnit = async (host: Host, name: string, scope: Scope, isImage: boolean): Promise<Unit> => {
  const booted = isImage ? sh`false` : sh`[ -d /run/systemd/system ]`
  const output = await host.run(sh`
    command -v systemctl >/dev/null 2>&1 || exit 127
    if ${booted}; then echo booted; else echo offline; fi
    echo "$(${systemctl(scope, isImage, ['is-enabled', '--', name])} 2>/dev/null | head -n 1)"
    ! ${booted} || ${systemctl(scope, isImage, ['show', '--no-pager', '--', name])} 2>/dev/null`)
  if (output.code === 127) {
    throw new Failure('module.command', `there is no systemctl to look at ${name} with`, {
      at: host.at,
      hint: "install systemd, or use the module 'service' where services are scripts in /etc/init.d",
    })
  }
  return parseUnit(name, output.stdout.toString())
}
