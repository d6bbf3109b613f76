import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../../engine/failure.ts'
import type { Style } from '../../engine/report/style.ts'
import { lastPowerOn } from '../events/attempts.ts'
import type { State } from '../state.ts'
import type { Entry } from '../store/events.ts'
import type { Surroundings } from './program.ts'

export type Wait = {
  readonly nodes: readonly string[]
  /** Only boots that began then or later; those since we last switched the node on when absent. */
  readonly since?: Date
  /** Seconds. */
  readonly timeout: number
  readonly json: boolean
}

/** How often the history is read, in milliseconds. */
const pollEvery = 500

/** One line of a node's history for people. */
export const entryLine = (entry: Entry, style: Style): string => {
  if (entry.kind !== 'event') {
    return `${entry.node}: ${entry.kind === 'alarm' ? style.failed(`alarm: ${entry.message}`) : entry.message}`
  }
  const { stage, state, ms, message } = entry.event
  const shown = { ready: style.ok, failed: style.failed, degraded: style.changed }[state as string]
  const time = ms === undefined ? '' : ` (${Math.round(ms)} ms)`
  return `${entry.node}: ${stage} ${shown ? shown(state) : state}${time}${message ? `: ${message}` : ''}`
}

/**
 * Prints the stages of the nodes' latest boots as they come, until all nodes are ready. Throws a Failure 'boot.failed' as soon as one failed,
 * 'boot.timeout' when the time is over.
 */
export const waitForNodes = async (state: State, wait: Wait, { print, style, stop }: Surroundings): Promise<void> => {
  const deadline = Date.now() + wait.timeout * 1000
  const waiting = new Set(wait.nodes)
  const since = new Map<string, string>()
  for (const node of wait.nodes) since.set(node, wait.since?.toISOString() ?? (await lastPowerOn(state, node)) ?? '')
  const seen = new Map<string, number>()
  for (;;) {
    for (const node of [...waiting]) {
      const boot = (await state.tokens.boots({ node, since: since.get(node) ?? '' })).at(-1)
      if (!boot) continue
      for (const entry of await state.events.list({ boot: boot.id, after: seen.get(node) ?? 0 })) {
        seen.set(node, entry.id)
        print(wait.json ? JSON.stringify(entry) : entryLine(entry, style))
        if (entry.kind !== 'event') continue
        const { state: what, stage, message } = entry.event
        if (what === 'ready') waiting.delete(node)
        if (what === 'failed' && stage !== 'runtime') {
          throw new Failure(
            'boot.failed',
            `the boot of ${node} failed in stage ${stage}: ${message ?? 'no reason given'}`,
            {
              hint: `see 'provision node status --stages ${node}', and the console of the node`,
            },
          )
        }
      }
    }
    if (waiting.size === 0) return
    if (stop.aborted) throw new Failure('boot.timeout', `interrupted while waiting for ${[...waiting].join(', ')}`)
    if (Date.now() > deadline) {
      throw new Failure('boot.timeout', `not ready after ${wait.timeout} s: ${[...waiting].join(', ')}`, {
        hint: "see 'provision node status', and the console of the node",
      })
    }
    await delay(pollEvery)
  }
}
