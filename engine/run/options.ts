import type { Connection, ConnectionOptions } from '../connections/connection.ts'
import type { Position } from '../failure.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Module } from '../modules/module.ts'
import type { PlaybookLoader } from '../playbook/loader.ts'
import type { Reporter, TaskInfo } from '../report/event.ts'
import type { Templar, TemplarSurroundings } from '../vars/templar.ts'
import type { Dict, Value } from '../vars/value.ts'

import type { FactCache } from './factcache.ts'

/** How task files, roles and variable files are read while a play runs. A bundle's node has them in memory. */
export type Loader = Omit<PlaybookLoader, 'playbook'>

/** Everything a run is given; the engine reads no argv, environment or terminal of its own. */
export type RunOptions = {
  readonly inventory: Inventory
  readonly templar: Templar
  /** What the templar was made with; lookups of `with_X` use it too. */
  readonly surroundings: TemplarSurroundings
  readonly report: Reporter
  readonly loader: Loader
  readonly findModule: (name: string, at: Position) => Module
  readonly open: (kind: string, options: ConnectionOptions) => Promise<Connection>
  readonly extraVars: Dict
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly limit?: string | undefined
  readonly check: boolean
  readonly diff: boolean
  readonly verbosity: number
  /** Hosts that are worked on at the same time. */
  readonly forks: number
  readonly forceHandlers: boolean
  /** What becomes of the name of a handler that is not there: an error, unless it is only warned of. */
  readonly missingHandlers?: 'fail' | 'warn' | undefined
  /** Defaults below the play's keywords: `-c`, `-u`, `-b`, `--private-key`, `-T`. */
  readonly defaults: RunDefaults
  /** Names that stand beside the magic variables (`node`), by host. */
  readonly magic?: ((name: string, host: string) => Value | undefined) | undefined
  /** Reads the inventory anew, in place (`meta: refresh_inventory`). */
  readonly refreshInventory?: (() => Promise<void>) | undefined
  /** Where facts are kept between runs. */
  readonly factCache?: FactCache | undefined
  readonly ask?: ((prompt: string, secret: boolean) => Promise<string | undefined>) | undefined
  /** Whether a task is carried out; all are when absent. */
  readonly admit?: ((task: TaskInfo) => Promise<boolean>) | undefined
  readonly signal?: AbortSignal | undefined
  /** Seconds that a task may take that says nothing of it itself; any time when absent. */
  readonly taskTimeout?: number | undefined
  /** Directory that relative paths of messages refer to. */
  readonly directory: string
}

export type RunDefaults = {
  readonly connection: string
  readonly user?: string | undefined
  readonly become: boolean
  readonly becomeUser: string
  readonly becomeMethod: string
  readonly becomeExe?: string | undefined
  readonly becomeFlags?: string | undefined
  readonly port?: number | undefined
  readonly privateKeyFile?: string | undefined
  /** Socket of the ssh agent. */
  readonly sshAgent?: string | undefined
  readonly hostKeyChecking: boolean
  /** Seconds to wait for a connection. */
  readonly timeout: number
  /** Arguments of ssh in three parts, each of which a variable can replace. */
  readonly sshArguments?: string | undefined
  readonly sshCommonArguments?: string | undefined
  readonly sshExtraArguments?: string | undefined
  /** How often a host that cannot be reached is tried again. */
  readonly sshRetries?: number | undefined
  readonly password?: string | undefined
  readonly becomePassword?: string | undefined
  /** Whose facts a play gathers that does not say so: everybody's, nobody's, or those of hosts that none are known of. */
  readonly gathering: 'implicit' | 'explicit' | 'smart'
  /** Seconds that a file system may take to tell its size, where a play does not say so; 10 without it. */
  readonly gatherTimeout?: number | undefined
}
