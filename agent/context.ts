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
  /** Begins what takes its time and waits for no other stage; called when the boot begins. Never rejects. */
  readonly prepare?: (context: BootContext) => Promise<void>
  /** Does the work, or throws a Failure: there is no half of a stage. */
  readonly run: (context: BootContext) => Promise<Details>
}
