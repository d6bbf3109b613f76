import type { Style } from '../../engine/report/style.ts'
import type { ConsoleStreams } from '../lab/console.ts'
import type { Site } from '../site.ts'
import type { State } from '../state.ts'

/** What a command may do with its surroundings: cli.ts alone has the process. */
export type Surroundings = {
  /** Writes a line to standard output. */
  readonly print: (text: string) => void
  /** Writes a line to standard error. */
  readonly complain: (text: string) => void
  readonly style: Style
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Standard input to its end. */
  readonly read: () => Promise<Buffer>
  /** Aborts at SIGINT and SIGTERM. */
  readonly stop: AbortSignal
  /** Runs `use` with the streams of a node's console: the keyboard, raw, unless it only follows or is no terminal. */
  readonly console: (isFollowing: boolean, use: (streams: ConsoleStreams) => Promise<void>) => Promise<void>
  /** The command line that started this program, without its arguments. */
  readonly self: readonly [string, ...string[]]
}

/** Options that every command takes. */
export type CommonOptions = {
  readonly inventory?: readonly string[]
  readonly state?: string
  readonly json?: boolean
  readonly vaultPasswordFile?: readonly string[]
}

/** Opens what a command works on. */
export type Opening = {
  /** The site of `-i`. Throws a Failure when none is given. */
  site(options: CommonOptions): Promise<Site>
  /** The state directory: of --state, else of the site's prelude_state, else the default. It is closed at the end. */
  state(options: CommonOptions): Promise<State>
}
