import type { UserParameters } from '../../../schema/types.ts'
import type { GroupEntry } from '../group/database.ts'
import type { Account } from './account.ts'

/** One property of an account that has to change: how it is called, what it is and has to be, and how usermod is told. */
export type Difference = {
  readonly name: string
  readonly before: string
  readonly after: string
  readonly options: readonly (string | number)[]
}

/** The day of a time in seconds since 1970, as useradd and shadow(5) have it; undefined for never. */
export const expiryDay = (expires: number): number | undefined =>
  expires < 0 ? undefined : Math.floor(expires / 86400)

/** A day as `-e` of useradd and usermod takes it; the empty text is never. */
export const expiryDate = (day: number | undefined): string =>
  day === undefined ? '' : new Date(day * 86_400_000).toISOString().slice(0, 10)

export const findGroup = (groups: readonly GroupEntry[], given: string): GroupEntry | undefined =>
  groups.find(({ name }) => name === given) ?? groups.find(({ gid }) => String(gid) === given)

/** The names of the groups that a task asks for, without the primary one; undefined when it does not speak of them. */
export const wantedGroups = (params: UserParameters, groups: readonly GroupEntry[], primary: number | undefined) =>
  params.groups
    ?.map((given) => given.trim())
    .filter((given) => given !== '')
    .map((given) => findGroup(groups, given) ?? { name: given, gid: undefined })
    .filter(({ gid }) => gid === undefined || gid !== primary)
    .map(({ name }) => name)

const groupDifference = (params: UserParameters, account: Account, primary: number | undefined): Difference[] => {
  const wanted = wantedGroups(params, account.groups, primary)
  if (!wanted) return []
  const current = account.groups
    .filter(({ members, gid }) => members.includes(params.name) && gid !== account.user?.gid)
    .map(({ name }) => name)
  const missing = wanted.filter((name) => !current.includes(name))
  const isSame = missing.length === 0 && (params.append || current.every((name) => wanted.includes(name)))
  if (isSame) return []
  const after = params.append ? [...current, ...missing] : wanted
  const options = params.append ? ['-a', '-G', missing.join(',')] : ['-G', wanted.join(',')]
  return [{ name: 'groups', before: current.join(','), after: after.join(','), options }]
}

/** What differs between an account and a task, but for its password. */
export const differences = (params: UserParameters, account: Account): Difference[] => {
  const { user, shadow, groups } = account
  if (!user) return []
  const found: Difference[] = []
  const compare = (name: string, before: string | number, after: string | number | undefined, options: string[]) => {
    if (after === undefined || String(before) === String(after)) return
    const value = options.at(-1) === '-u' && params.non_unique ? ['-o'] : []
    found.push({ name, before: String(before), after: String(after), options: [...value, ...options, after] })
  }
  const primary = params.group === undefined ? undefined : (findGroup(groups, params.group)?.gid ?? params.group)
  compare('uid', user.uid, params.uid, ['-u'])
  compare('group', user.gid, primary, ['-g'])
  compare('comment', user.comment, params.comment, ['-c'])
  compare('home', user.home, params.home, params.move_home ? ['-m', '-d'] : ['-d'])
  compare('shell', user.shell, params.shell, ['-s'])
  if (params.expires !== undefined) {
    compare('expires', expiryDate(shadow?.expires), expiryDate(expiryDay(params.expires)), ['-e'])
  }
  return [...found, ...groupDifference(params, account, typeof primary === 'number' ? primary : user.gid)]
}

/** What differs in the ageing of the password, as chage is told. */
export const ageing = (params: UserParameters, { shadow }: Account): Difference[] =>
  (
    [
      ['password_expire_min', '-m', shadow?.min],
      ['password_expire_max', '-M', shadow?.max],
      ['password_expire_warn', '-W', shadow?.warn],
      ['password_expire_account_disable', '-I', shadow?.inactive],
    ] as const
  ).flatMap(([name, option, before]) => {
    const after = params[name]
    if (after === undefined || after === before) return []
    return { name, before: String(before ?? ''), after: String(after), options: [option, after] }
  })

/** Options of useradd for a new account. */
export const creation = (params: UserParameters, account: Account): (string | number)[] => {
  const { name, uid, group, comment, home, shell, expires } = params
  const options: (string | number)[] = []
  const give = (option: string, value: string | number | undefined) => {
    if (value !== undefined) options.push(option, value)
  }
  give('-u', uid)
  if (uid !== undefined && params.non_unique) options.push('-o')
  // useradd refuses to make the user's own group when there is one of that name.
  if (group === undefined && findGroup(account.groups, name)) options.push('-N')
  give('-g', group)
  const further = wantedGroups(params, account.groups, undefined)
  if (further && further.length > 0) give('-G', further.join(','))
  give('-c', comment)
  give('-d', home)
  give('-s', shell)
  if (expires !== undefined && expires >= 0) give('-e', expiryDate(expiryDay(expires)))
  give('-f', params.password_expire_account_disable)
  options.push(params.create_home ? '-m' : '-M')
  if (params.create_home) give('-k', params.skeleton)
  if (params.create_home && params.umask !== undefined) give('-K', `UMASK=${params.umask}`)
  if (params.system) options.push('-r')
  if (params.uid_min !== undefined) give('-K', `UID_MIN=${params.uid_min}`)
  if (params.uid_max !== undefined) give('-K', `UID_MAX=${params.uid_max}`)
  give('-Z', params.seuser)
  return options
}
