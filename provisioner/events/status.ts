import type { BootEvent, Stage, StageState } from '../../schema/types.ts'
import type { State } from '../state.ts'
import type { Entry } from '../store/events.ts'
import type { Boot } from '../store/tokens.ts'
import { attemptsOf } from './attempts.ts'

/** Where a node is in its latest boot, and how it fares since. */
export type NodeStatus = {
  readonly node: string
  /** Identifier of the boot; absent when the node never asked for one. */
  readonly boot?: string
  readonly image?: string
  readonly began?: string
  /** The stage last heard of; `script` and `initrd` are before the agent speaks. */
  readonly stage?: Stage | 'script' | 'initrd' | 'session'
  /** How that stage stands; `ready` as long as the node runs, whatever its agent reports then. */
  readonly state?: StageState
  /** Milliseconds that the stage took; of a node that is ready, its whole boot in the initramfs. */
  readonly ms?: number
  readonly message?: string
  /** When something was last heard, by the server's clock; of a node that runs, when its agent last asked. */
  readonly seen?: string
  /** Attempts to boot since the last that succeeded, this one included; absent when there was no other. */
  readonly attempts?: number
  /** What the node goes on without: reasons of its boot, and what its agent cannot do now. */
  readonly degraded: readonly string[]
  /** Alarms of the node since its boot began. */
  readonly alarms: readonly string[]
}

const serverStage = (message: string): 'script' | 'initrd' | 'session' =>
  message.startsWith('boot initrd') ? 'initrd' : message.startsWith('session') ? 'session' : 'script'

/** How the note begins that is made of a boot of which nobody told the end, when its node comes back: no word of the node's own. */
export const silence = 'nothing was heard after'

const isOwn = (entry: Entry): boolean => entry.kind !== 'server' || !entry.message.startsWith(silence)

/** Reasons that still hold: of an interface's links the last word counts, and a recovery takes the reason away. */
const lasting = (events: readonly BootEvent[]): readonly string[] => {
  const ofInterface = ({ details }: BootEvent) => (details?.['links'] === undefined ? undefined : details['interface'])
  return events.flatMap((event, index) => {
    const { state, message = '' } = event
    if (state !== 'degraded') return []
    const place = ofInterface(event)
    const isPast = (later: BootEvent) =>
      place !== undefined && ofInterface(later) === place && ['degraded', 'recovered'].includes(later.state)
    return events.slice(index + 1).some(isPast) ? [] : [message]
  })
}

/** What does not keep a node from running: reasons of its boot, then the trouble that its agent is in. */
const degradedOf = (events: readonly BootEvent[]): readonly string[] => {
  const last = events.findLast(
    ({ stage, state }) => stage === 'runtime' && (state === 'finished' || state === 'failed'),
  )
  return [
    ...lasting(events),
    ...(last?.state === 'failed' ? [`runtime overlay: ${last.message}`] : []),
    ...events.flatMap(({ state, details }) => {
      const failed = state === 'ready' ? details?.['failed'] : undefined
      return Array.isArray(failed) ? [`failed units: ${failed.join(', ')}`] : []
    }),
  ]
}

/** The event that says where a node is: once it is ready it stays so until it stops, whatever its agent reports. */
const telling = (events: readonly BootEvent[]): BootEvent | undefined => {
  // a link that came back is no step of the boot
  const last = events.findLast(({ state }) => state !== 'recovered')
  if (last?.stage !== 'runtime' || last.state === 'stopped') return last
  return events.findLast(({ state }) => state === 'ready') ?? last
}

/** The status that the entries of one boot tell, oldest first. */
export const statusOf = (node: string, boot: Boot | undefined, history: readonly Entry[]): NodeStatus => {
  const entries = history.filter(isOwn)
  const alarms = entries.flatMap((entry) => (entry.kind === 'alarm' ? [entry.message] : []))
  const events = entries
    .flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []))
    // several messages of an agent may arrive out of order: the sequence is its own
    .toSorted((a, b) => a.sequence - b.sequence)
  const seen = entries.at(-1)?.received
  const base = {
    node,
    degraded: degradedOf(events),
    alarms,
    ...(boot === undefined ? {} : { boot: boot.id, image: boot.image, began: boot.created }),
    ...(seen === undefined ? {} : { seen }),
  }
  const last = telling(events)
  if (!last) {
    const server = entries.findLast((entry) => entry.kind === 'server')
    if (server?.kind !== 'server') return base
    return { ...base, stage: serverStage(server.message), message: server.message, seen: server.received }
  }
  const whole = events.find(({ stage, state }) => stage === 'boot' && state === 'finished')?.ms
  const ms = last.state === 'ready' ? whole : last.ms
  const { stage, state, message } = last
  return { ...base, stage, state, ...(ms === undefined ? {} : { ms }), ...(message === undefined ? {} : { message }) }
}

const oneStatus = async (state: State, node: string, now: Date): Promise<NodeStatus> => {
  const { tokens, events } = state
  const boot = (await tokens.boots({ node })).at(-1)
  const status = statusOf(node, boot, await events.list(boot ? { boot: boot.id } : { node, limit: 20 }))
  if (status.state === 'ready') {
    const asked = await tokens.running(node)
    return asked === undefined ? status : { ...status, seen: asked.toISOString() }
  }
  const attempts = boot === undefined ? 0 : await attemptsOf(state, node, now)
  return attempts > 1 ? { ...status, attempts } : status
}

/** Status of nodes, in the order of the names. */
export const nodeStatus = async (state: State, nodes: readonly string[], now: Date): Promise<readonly NodeStatus[]> =>
  Promise.all(nodes.map((node) => oneStatus(state, node, now)))

/** What the agent said of each stage of a node's latest boot, in its order: how the stage ended, and what degraded it. */
export const stagesOf = async ({ tokens, events }: State, node: string): Promise<readonly BootEvent[]> => {
  const boot = (await tokens.boots({ node })).at(-1)
  if (!boot) return []
  const told = (await events.list({ boot: boot.id })).flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []))
  const ended = new Set(told.filter(({ state }) => !isRunning(state)).map(({ stage }) => stage))
  return told
    .filter(({ state, stage }) => !isRunning(state) || !ended.has(stage))
    .toSorted((a, b) => a.sequence - b.sequence)
}

const isRunning = (state: StageState): boolean => state === 'started' || state === 'progress'
