import type { Failure } from '../failure.ts'
import { emptyStats, type Stats } from '../report/event.ts'
import { emptyHostState, type HostState } from '../vars/precedence.ts'
import { Facts } from './facts.ts'
import type { Handler } from './playrun.ts'

/** A host in a run: what it has learnt, and where it stands. */
export type HostRun = {
  readonly name: string
  readonly variables: HostState & { readonly facts: Facts }
  readonly stats: Stats
  /** ended: by `meta: end_host` or end_play; it is not failed. */
  status: 'active' | 'failed' | 'unreachable' | 'ended'
  /** Handlers that were notified and have not run yet. */
  readonly notified: Set<Handler>
  /** What stopped it last, for the program's exit and for people who ask. */
  failure?: Failure | undefined
}

export const newHostRun = (name: string): HostRun => ({
  name,
  variables: { ...emptyHostState(), facts: new Facts() },
  stats: emptyStats(),
  status: 'active',
  notified: new Set(),
})

export const isActive = (host: HostRun): boolean => host.status === 'active'

export const isLost = (host: HostRun): boolean => host.status === 'failed' || host.status === 'unreachable'
