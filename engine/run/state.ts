import type { Failure } from '../failure.ts'
import { emptyStats, type Stats } from '../report/event.ts'
import { emptyHostState, type HostState } from '../vars/precedence.ts'
import type { Dict, Value } from '../vars/value.ts'
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

/** A host that begins with the facts that were kept of it. */
export const newHostRun = (name: string, kept: Dict | undefined): HostRun => {
  const variables = { ...emptyHostState(), facts: new Facts() }
  for (const [fact, value] of kept ?? []) learnFact(variables, String(fact), value)
  return { name, variables, stats: emptyStats(), status: 'active', notified: new Set() }
}

/** A fact by its name as a variable. One whose name lacks the prefix (`packages`, `services`) is a variable of that name too. */
export const learnFact = ({ facts, cachedFacts }: HostRun['variables'], name: string, value: Value): void => {
  if (name.startsWith('ansible_')) facts.set(name.slice('ansible_'.length), value)
  else {
    facts.set(name, value)
    cachedFacts.set(name, value)
  }
}

/** All facts of a host by their names as variables: what `learnFact` takes. */
export const rememberedFacts = ({ facts, cachedFacts }: HostRun['variables']): Dict =>
  new Map([...facts].map(([name, value]) => [cachedFacts.has(name) ? name : `ansible_${name}`, value]))

export const isActive = (host: HostRun): boolean => host.status === 'active'

export const isLost = (host: HostRun): boolean => host.status === 'failed' || host.status === 'unreachable'
