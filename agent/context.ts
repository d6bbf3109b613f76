import type { Log } from '../engine/log.ts'
import type { BootManifest, Stage } from '../schema/types.ts'
import type { Events } from './system/events.ts'
import type { Provisioner } from './system/provisioner.ts'
import type { Watchdog } from './system/watchdog.ts'

/** What the stages of one boot share. */
export type BootContext = {
  readonly manifest: BootManifest
  /** The root that the node will run on, `/sysroot`. */
  readonly newRoot: string
  readonly log: Log
  readonly events: Events
  readonly provisioner: Provisioner
  readonly watchdog: Watchdog
  /** Comes when the boot is over: what goes on beside the stages ends. */
  readonly ending: AbortSignal
}

/** Figures of a stage, for its event: never a secret. */
export type Details = Readonly<Record<string, unknown>>

export type BootStage = {
  readonly name: Stage
  /**
   * Begins what waits for no other stage, and gives how the stage goes on when its turn comes. Called while the node waits for
   * its network: processors and memory have nothing to do then. What fails of it is told when it goes on.
   */
  readonly prepare?: (context: BootContext) => () => Promise<Details>
  /** Does the work, or throws a Failure: there is no half of a stage. `waiting` is called when there is nothing to do but to wait. */
  readonly run: (context: BootContext, waiting?: () => void) => Promise<Details>
}
