import { posix } from 'node:path'
import type { UserParameters } from '../../../schema/types.ts'
import { type Command, sequence, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { entries, parseUsers } from '../group/database.ts'
import { change, type Diff, type Host, type ModuleSchema, module, type Result, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { type Account, lookAtAccount } from './account.ts'
import { busybox } from './busybox.ts'
import { makeHome } from './home.ts'
import { passwordWarnings, planPassword } from './password.ts'
import { ageing, type Difference, differences, findGroup } from './plan.ts'
import { shadow } from './shadow.ts'
import { makeKey } from './sshkey.ts'
import type { Tools } from './tools.ts'
import schema from './user.schema.json' with { type: 'json' }

const checkGroups = (host: Host, { group, groups = [] }: UserParameters, account: Account): void => {
  // In check mode an earlier task would have made it.
  if (host.check) return
  const wanted = [...(group === undefined ? [] : [group]), ...groups].map((name) => name.trim()).filter(Boolean)
  const missing = wanted.filter((name) => !findGroup(account.groups, name))
  if (missing.length === 0) return
  throw new Failure('module.user', `there is no group ${missing.map((name) => `'${name}'`).join(', ')}`, {
    at: host.at,
    hint: 'make it with an earlier task: group',
  })
}

const diffOf = (name: string, found: readonly Difference[], further: readonly string[] = []): Diff => {
  const side = (which: 'before' | 'after') =>
    [
      ...found.map((one) => `${one.name}: ${one[which]}\n`),
      ...further.map((one) => `${one}: (${which === 'before' ? 'old' : 'new'})\n`),
    ].join('')
  return { before: side('before'), after: side('after'), beforeHeader: `user ${name}`, afterHeader: `user ${name}` }
}

const toolsOf = ({ isBusybox }: Account): Tools => (isBusybox ? busybox : shadow)

async function* create(host: Host, params: UserParameters, account: Account): Steps {
  const { name, create_home, umask } = params
  const home = params.home ?? account.defaults.home
  const tools = toolsOf(account)
  const password = planPassword(host, params, account, tools)
  const aged = ageing(params, account).filter((one) => one.name !== 'password_expire_account_disable')
  const commands: Command[] = [
    ...(create_home ? [sh`mkdir -p -- ${posix.dirname(home)}`] : []),
    ...tools.create(host, params, account),
    ...(create_home && umask !== undefined ? [sh`chmod "$(printf %o "$((0777 & ~0${umask}))")" -- ${home}`] : []),
    ...password.commands,
    ...(aged.length > 0 ? [sh`chage ${aged.flatMap((one) => [...one.options])} -- ${name}`] : []),
  ]
  yield* change({
    what: `add the user ${name}`,
    diff: { before: '', after: `${name}\n`, beforeHeader: '/etc/passwd', afterHeader: '/etc/passwd' },
    apply: () => runOrFail(host, sequence(...commands), { stdin: password.input }),
  })
  return { system: params.system, create_home }
}

async function* modify(host: Host, params: UserParameters, account: Account): Steps {
  const { name } = params
  const found = differences(params, account)
  const aged = ageing(params, account)
  const tools = toolsOf(account)
  const password = planPassword(host, params, account, tools)
  const commands: Command[] = [
    ...tools.modify(params, found),
    ...password.commands,
    ...(aged.length > 0 ? [sh`chage ${aged.flatMap((one) => [...one.options])} -- ${name}`] : []),
  ]
  if (commands.length === 0) return {}
  const named = [...found.map((one) => one.name), ...password.what, ...aged.map((one) => one.name)]
  yield* change({
    what: `change ${named.join(', ')} of the user ${name}`,
    diff: diffOf(name, [...found, ...aged], password.what),
    apply: () => runOrFail(host, sequence(...commands), { stdin: password.input }),
  })
  return {}
}

async function* remove(host: Host, params: UserParameters, account: Account): Steps {
  const { name, state, force, remove: withHome } = params
  if (account.user) {
    yield* change({
      what: `remove the user ${name}`,
      diff: { before: `${name}\n`, after: '', beforeHeader: '/etc/passwd', afterHeader: '/etc/passwd' },
      apply: () => runOrFail(host, toolsOf(account).remove(params)),
    })
  }
  return { name, state, force, remove: withHome }
}

/** The account as it is afterwards, in Ansible's words. */
const describe = async (host: Host, params: UserParameters, account: Account): Promise<Result> => {
  const read = () => host.run(entries('passwd', params.name, params.local))
  const user = host.check ? account.user : parseUsers((await read()).stdout.toString())[0]
  const { name, state, append, move_home, groups, password } = params
  return {
    name,
    state,
    append,
    move_home,
    ...(user && { uid: user.uid, group: user.gid, home: user.home, shell: user.shell, comment: user.comment }),
    ...(groups ? { groups: groups.join(',') } : {}),
    ...(password === undefined ? {} : { password: 'NOT_LOGGING_PASSWORD' }),
  }
}

/** The mask goes into arithmetic of the shell, where nothing can quote it. */
const checkUmask = (host: Host, { umask }: UserParameters): void => {
  if (umask === undefined || /^[0-7]{1,4}$/.test(umask)) return
  throw new Failure('module.parameter', `'${umask}' is no umask`, { at: host.at, hint: "write octal digits: '077'" })
}

export const user = module<UserParameters>('user', schema as ModuleSchema, async function* (host, params) {
  checkUmask(host, params)
  const account = await lookAtAccount(host, params)
  if (params.state === 'absent') return yield* remove(host, params, account)
  checkGroups(host, params, account)
  const steps = account.user ? modify(host, params, account) : create(host, params, account)
  const result: Result = { ...(yield* steps), ...(await describe(host, params, account)) }

  const home = params.home ?? account.user?.home ?? account.defaults.home
  if (account.user && params.create_home && !account.hasHome && home !== '') {
    const { uid = account.user.uid } = params
    const { gid } = account.user
    yield* change({
      what: `make the home directory ${home}`,
      apply: () => runOrFail(host, makeHome({ home, uid, gid }, params)),
    })
  }
  if (params.generate_ssh_key) Object.assign(result, yield* makeKey(host, params, home))
  const warnings = passwordWarnings(params)
  return warnings.length > 0 ? { ...result, warnings } : result
})
