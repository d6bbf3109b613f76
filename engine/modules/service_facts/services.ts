/** A service in Ansible's words. */
export type ServiceFact = {
  readonly name: string
  readonly state: string
  readonly source: string
  readonly status?: string
}

/** `[ + ]  cron`, as `service --status-all` of Debian prints it. */
export const parseStatusAll = (text: string): ServiceFact[] =>
  text.split('\n').flatMap((line) => {
    const [, sign, name] = /^\s*\[ ([+-]) \]\s+(.+)$/.exec(line) ?? []
    return name === undefined ? [] : [{ name, state: sign === '+' ? 'running' : 'stopped', source: 'sysv' }]
  })

/** `sshd | default`, of rc-update, with the states of rc-status: `sshd [ started ]`. */
export const parseOpenRc = (states: string, levels: string): (ServiceFact & { runlevels: string[] | null })[] => {
  const runlevels = new Map(
    levels.split('\n').flatMap((line): [string, string[]][] => {
      const [name, list] = line.split('|')
      return list === undefined || name === undefined
        ? []
        : [[name.trim(), list.split(/\s+/).filter((one) => one !== '')]]
    }),
  )
  return states.split('\n').flatMap((line) => {
    const [, name, state] = /^ +(\S+)\s+\[\s*(\S+)/.exec(line) ?? []
    if (name === undefined || state === undefined) return []
    const list = runlevels.get(name) ?? []
    return [{ name, state, source: 'openrc', runlevels: list.length > 0 ? list : null }]
  })
}

const bad = ['not-found', 'masked', 'failed']

/** Loaded units, of `systemctl list-units --plain`: name, load, active, sub. */
export const parseUnits = (text: string): ServiceFact[] =>
  text.split('\n').flatMap((line) => {
    const [name, load = '', active = '', sub = ''] = line.trim().split(/\s+/)
    if (!name?.endsWith('.service')) return []
    const status = [load, active, sub].find((word) => bad.includes(word)) ?? active
    return [{ name, state: sub === 'running' ? 'running' : 'stopped', status, source: 'systemd' }]
  })

/** Name and state of unit files. */
export const parseUnitFiles = (text: string): [string, string][] =>
  text.split('\n').flatMap((line): [string, string][] => {
    const [name, status] = line.trim().split(/\s+/)
    return name?.endsWith('.service') && status !== undefined ? [[name, status]] : []
  })

/** Units with the states of their files; `activeState` tells of files that no loaded unit has. */
export const withUnitFiles = (
  units: readonly ServiceFact[],
  files: readonly (readonly [string, string])[],
  activeState: ReadonlyMap<string, string>,
): ServiceFact[] => {
  const services = new Map(units.map((unit) => [unit.name, unit]))
  for (const [name, status] of files) {
    const unit = services.get(name)
    if (!unit) services.set(name, { name, state: activeState.get(name) ?? 'unknown', status, source: 'systemd' })
    else if (!bad.includes(unit.status ?? '')) services.set(name, { ...unit, status })
  }
  return [...services.values()]
}
