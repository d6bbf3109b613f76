import type { UserParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Account } from './account.ts'
import { findGroup, wantedGroups } from './plan.ts'
import { shadow } from './shadow.ts'
import type { Tools } from './tools.ts'

/** What a new account can be told only by the programs of shadow. */
const beyond = (params: UserParameters): string[] => {
  const { expires, non_unique, uid_min, uid_max, seuser } = params
  const ageing = ['password_expire_min', 'password_expire_max', 'password_expire_warn'] as const
  return [
    ...(expires !== undefined && expires >= 0 ? ['expires'] : []),
    ...(non_unique ? ['non_unique'] : []),
    ...(uid_min === undefined ? [] : ['uid_min']),
    ...(uid_max === undefined ? [] : ['uid_max']),
    ...(seuser === undefined ? [] : ['seuser']),
    ...[...ageing, 'password_expire_account_disable' as const].filter((name) => params[name] !== undefined),
  ]
}

/** The group that adduser is told; without one it makes one of the user's name, which may be there already. */
const primaryGroup = ({ name, group }: UserParameters, { groups }: Account): string | undefined => {
  if (group !== undefined) return findGroup(groups, group)?.name ?? group
  return findGroup(groups, name) ? (findGroup(groups, '100')?.name ?? name) : undefined
}

const creation = (params: UserParameters, account: Account): (string | number)[] => {
  const { uid, comment, home, shell, skeleton, system, create_home } = params
  const options: (string | number)[] = ['-D']
  const give = (option: string, value: string | number | undefined) => {
    if (value !== undefined) options.push(option, value)
  }
  give('-u', uid)
  give('-G', primaryGroup(params, account))
  give('-g', comment ?? '')
  give('-h', home)
  // otherwise it takes the shell of whoever calls it
  give('-s', shell ?? (system ? undefined : account.defaults.shell))
  if (create_home) give('-k', skeleton)
  else options.push('-H')
  if (system) options.push('-S')
  return options
}

/**
 * The programs of busybox make and remove accounts and set their passwords and groups. Anything else of an account that is
 * there takes usermod, whose absence is then told.
 */
export const busybox: Tools = {
  create(host, params, account) {
    const { name } = params
    const lacking = beyond(params)
    if (lacking.length > 0) {
      throw new Failure(
        'module.tool',
        `the host has no useradd, and the adduser of busybox knows no ${lacking.join(', ')}`,
        {
          at: host.at,
          hint: 'install what brings useradd (shadow) with an earlier task',
        },
      )
    }
    const groups = wantedGroups(params, account.groups, undefined) ?? []
    return [
      sh`adduser ${creation(params, account)} -- ${name}`,
      ...groups.map((group) => sh`addgroup -- ${name} ${group}`),
    ]
  },
  modify(params, found) {
    const { name } = params
    const isGroups = (one: (typeof found)[number]) => one.name === 'groups'
    const namesIn = (text: string) => text.split(',').filter((group) => group !== '')
    return [
      // first, as it fails: nothing is half done
      ...shadow.modify(
        params,
        found.filter((one) => !isGroups(one)),
      ),
      ...found.filter(isGroups).flatMap(({ before, after }) => {
        const [former, wanted] = [namesIn(before), namesIn(after)]
        return [
          ...wanted.filter((group) => !former.includes(group)).map((group) => sh`addgroup -- ${name} ${group}`),
          ...former.filter((group) => !wanted.includes(group)).map((group) => sh`delgroup ${name} ${group}`),
        ]
      }),
    ]
  },
  // it takes no `--`
  remove: ({ name, remove }) => sh`deluser ${remove ? ['--remove-home'] : []} ${name}`,
  lock: (name) => sh`passwd -l -- ${name}`,
  unlock: (name) => sh`passwd -u -- ${name}`,
}
