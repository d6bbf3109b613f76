import type { UserParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { entries, type GroupEntry, parseGroups, parseUsers, programsOf, type UserEntry } from '../group/database.ts'
import type { Host } from '../module.ts'

/** The ageing part of a line of shadow(5), in days; undefined where a field is empty. */
export type Shadow = {
  readonly password: string
  readonly min: number | undefined
  readonly max: number | undefined
  readonly warn: number | undefined
  readonly inactive: number | undefined
  /** Days since 1970 on which the account expires. */
  readonly expires: number | undefined
}

/** All that a host knows of an account before it is changed. */
export type Account = {
  readonly user: UserEntry | undefined
  readonly shadow: Shadow | undefined
  readonly groups: readonly GroupEntry[]
  /** Whether the home is there, or the one that is to be moved. */
  readonly hasHome: boolean
  /** What useradd gives a new account when it is told nothing. */
  readonly defaults: { readonly home: string; readonly shell: string }
  /** Whether the host has the programs of busybox alone to change it with. */
  readonly isBusybox: boolean
}

export const parseShadow = (line: string): Shadow | undefined => {
  const [name, password, , min, max, warn, inactive, expires] = line.split(':')
  if (!name || password === undefined) return undefined
  const days = (text: string | undefined) => (text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined)
  return {
    password,
    min: days(min),
    max: days(max),
    warn: days(warn),
    inactive: days(inactive),
    expires: days(expires),
  }
}

const sections = (text: string): string[] => text.split(/^== .*\n/m).slice(1)

/** Asks for the account, its password's ageing, all groups and its home, in one round trip. */
export const lookAtAccount = async (host: Host, params: UserParameters): Promise<Account> => {
  const { name, home, local, move_home } = params
  // A central directory may not list its groups, but know those that it is asked for.
  const wanted = [params.group ?? '', ...(params.groups ?? [])].filter((group) => group !== '')
  const output = await host.run(sh`
    echo '== user'; ${entries('passwd', name, local)}
    echo '== shadow'; ${entries('shadow', name, local)}
    echo '== groups'; ${entries('group', undefined, local)}; ${local || wanted.length === 0 ? sh`:` : sh`getent group ${wanted}`}
    echo '== home'; now=$(${entries('passwd', name, local)} | cut -d: -f6); at=${home ?? ''}; [ -n "$at" ] || at=$now
    if [ -n "$at" ] && [ -d "$at" ]; then echo there; ${move_home ? sh`elif [ -d "$now" ]; then echo there;` : sh``} fi
    echo '== defaults'; useradd -D 2>/dev/null
    echo '== programs'; ${programsOf('useradd', 'adduser')}`)
  const [users = '', shadow = '', groups = '', there = '', defaults = '', programs = ''] = sections(
    output.stdout.toString(),
  )
  const setting = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(defaults)?.[1]
  return {
    user: parseUsers(users).find((entry) => entry.name === name),
    shadow: parseShadow(shadow.split('\n').find((line) => line.startsWith(`${name}:`)) ?? ''),
    groups: parseGroups(groups),
    hasHome: there.startsWith('there'),
    defaults: { home: `${setting('HOME') ?? '/home'}/${name}`, shell: setting('SHELL') ?? '/bin/sh' },
    isBusybox: programs.startsWith('busybox'),
  }
}
