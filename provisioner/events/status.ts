import type { BootEvent, Stage, StageState } from '../../schema/types.ts'
import type { State } from '../state.ts'
import type { Entry } from '../store/events.ts'
import type { Boot } from '../store/tokens.ts'

/** Where a node is in its latest boot. */
export type NodeStatus = {
  readonly node: string
  /** Identifier of the boot; absent when the node never asked for one. */
  readonly boot?: string
  readonly image?: string
  readonly began?: string
  /** The stage last heard of; `script` and `initrd` are before the agent speaks. */
  readonly stage?: Stage | 'script' | 'initrd' | 'session'
  readonly state?: StageState
  /** Milliseconds that the stage took. */
  readonly ms?: number
  readonly message?: string
  /** When something was last heard, by the server's clock. */
  readonly seen?: string
  /** Alarms of the node since its boot began. */
  readonly alarms: readonly string[]
}

const serverStage = (message: string): 'script' | 'initrd' | 'session' =>
  message.startsWith('boot initrd') ? 'initrd' : message.startsWith('session') ? 'session' : 'script'

/** The status that the entries of one boot tell, oldest first. */
export const statusOf = (node: string, boot: Boot | undefined, entries: readonly Entry[]): NodeStatus => {
  const alarms = entries.flatMap((entry) => (entry.kind === 'alarm' ? [entry.message] : []))
  const base = {
    node,
    alarms,
    ...(boot === undefined ? {} : { boot: boot.id, image: boot.image, began: boot.created }),
  }
  const events = entries.flatMap((entry) => (entry.kind === 'event' ? [entry] : []))
  // Several agents' messages may arrive out of order: the sequence is the agent's own.
  const last = events.toSorted((a, b) => a.event.sequence - b.event.sequence).at(-1)
  const seen = entries.at(-1)?.received
  if (last) {
    const { stage, state, ms, message } = last.event
    return {
      ...base,
      stage,
      state,
      ...(ms === undefined ? {} : { ms }),
      ...(message === undefined ? {} : { message }),
      ...(seen === undefined ? {} : { seen }),
    }
  }
  const server = entries.findLast((entry) => entry.kind === 'server')
  if (server?.kind !== 'server') return { ...base, ...(seen === undefined ? {} : { seen }) }
  return { ...base, stage: serverStage(server.message), message: server.message, seen: server.received }
}

/** Status of nodes, in the order of the names. */
export const nodeStatus = async ({ tokens, events }: State, nodes: readonly string[]): Promise<readonly NodeStatus[]> =>
  Promise.all(
    nodes.map(async (node) => {
      const boot = (await tokens.boots({ node })).at(-1)
      return statusOf(node, boot, await events.list(boot ? { boot: boot.id } : { node, limit: 20 }))
    }),
  )

/** What the agent said of each stage of a node's latest boot, in its order: how the stage ended, and what degraded it. */
export const stagesOf = async ({ tokens, events }: State, node: string): Promise<readonly BootEvent[]> => {
  const boot = (await tokens.boots({ node })).at(-1)
  if (!boot) return []
  const told = (await events.list({ boot: boot.id })).flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []))
  const ended = new Set(told.filter(({ state }) => state !== 'started').map(({ stage }) => stage))
  return told
    .filter(({ state, stage }) => state !== 'started' || !ended.has(stage))
    .toSorted((a, b) => a.sequence - b.sequence)
}
