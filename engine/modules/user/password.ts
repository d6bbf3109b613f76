import type { UserParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import type { Account } from './account.ts'
import type { Tools } from './tools.ts'

/** What has to be done about a password: commands, and the line that chpasswd reads from its input. */
export type PasswordPlan = { readonly commands: readonly Command[]; readonly input: string; readonly what: string[] }

const withoutLock = (hash: string): string => hash.replace(/^!+/, '')

/** Whether a text can be what crypt(3) makes, or one of the marks for no password at all. */
const looksEncrypted = (text: string): boolean =>
  /^[!*]|^$|^\$[0-9a-z]+\$.+\$.+|^_[./0-9A-Za-z]{19}$|^[./0-9A-Za-z]{13}$/.test(text)

export const passwordWarnings = ({ password }: UserParameters): string[] =>
  password === undefined || looksEncrypted(password)
    ? []
    : ["the password does not look encrypted: give what the filter password_hash('sha512') makes of it"]

/** Decides on the password, its lock included. Throws a Failure for a text that no password file can hold. */
export const planPassword = (
  host: Host,
  params: UserParameters,
  { shadow, user }: Account,
  tools: Tools,
): PasswordPlan => {
  const { name, password, update_password, password_lock } = params
  if (password !== undefined && /[:\n]/.test(password)) {
    throw new Failure('module.parameter', 'an encrypted password cannot hold a colon or a line break', { at: host.at })
  }
  const former = shadow?.password ?? ''
  const isNew = user === undefined
  const isWanted = password !== undefined && (isNew || update_password === 'always')
  if (isWanted && (isNew || withoutLock(former) !== withoutLock(password))) {
    const hash = password_lock ? `!${withoutLock(password)}` : password
    return { commands: [sh`chpasswd -e`], input: `${name}:${hash}\n`, what: ['password'] }
  }
  // A new account without a password is locked as it is.
  const isLocked = former.startsWith('!')
  if (password_lock === true && !isLocked && !isNew) {
    return { commands: [tools.lock(name)], input: '', what: ['password lock'] }
  }
  if (password_lock === false && isLocked && withoutLock(former) !== '' && !isNew) {
    return { commands: [tools.unlock(name)], input: '', what: ['password lock'] }
  }
  return { commands: [], input: '', what: [] }
}
