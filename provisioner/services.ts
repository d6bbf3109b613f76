import type { Log } from '../engine/log.ts'
import type { Bundles } from './bundle/bundles.ts'
import type { Admission } from './http/admission.ts'
import type { Site } from './site.ts'
import type { State } from './state.ts'

/** What the handlers of the routes work with. */
export type Services = {
  readonly state: State
  /** The site as its files say now. */
  readonly site: () => Promise<Site>
  /** PEM of the site's certificate authority. */
  readonly ca: string
  readonly bundles: Bundles
  /** Transfers of content that run. */
  readonly transfers: Admission
  readonly log: Log
  readonly now: () => Date
  /** When this server began to listen. */
  readonly started: Date
}
