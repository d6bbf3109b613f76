import type { UserParameters } from '../../../schema/types.ts'
import type { Command } from '../../command.ts'
import type { Host } from '../module.ts'
import type { Account } from './account.ts'
import type { Difference } from './plan.ts'

/** The programs of a host that change accounts: those of shadow, or those of busybox. */
export type Tools = {
  /** Makes the account, without its password. Throws a Failure for what the programs cannot do. */
  readonly create: (host: Host, params: UserParameters, account: Account) => readonly Command[]
  readonly modify: (params: UserParameters, found: readonly Difference[]) => readonly Command[]
  readonly remove: (params: UserParameters) => Command
  readonly lock: (name: string) => Command
  readonly unlock: (name: string) => Command
}
