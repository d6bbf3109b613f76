import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import type { BootEvent, Stage, StageState } from '../../schema/types.ts'

export type EventDetails = {
  readonly ms?: number
  readonly message?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** The events of one boot, in order. They wait until somebody can take them, and an outage never stops a boot. */
export type Events = {
  add(stage: Stage, state: StageState, details?: EventDetails): void
  /** Sends what waits; resolves when all of it is sent or an attempt failed. */
  flush(): Promise<void>
  /** What is not sent yet, and the number of the next event: for who goes on after switch_root. */
  rest(): { readonly pending: readonly BootEvent[]; readonly sequence: number }
}

export type EventsOptions = {
  readonly node: string
  readonly boot: string
  readonly log: Log
  /** Sends events; called only when `ready`. */
  readonly post: (events: readonly BootEvent[]) => Promise<void>
  /** Whether there is somebody to send to. */
  readonly ready: () => boolean
  readonly pending?: readonly BootEvent[]
  readonly sequence?: number
  /** Called when there is one more event, and when some are sent: to keep what `rest` says. */
  readonly changed?: () => void
}

/** The provisioner takes no more than this in one request. */
const batch = 200

export const createEvents = (options: EventsOptions): Events => {
  let pending: BootEvent[] = [...(options.pending ?? [])]
  let sequence = options.sequence ?? 0
  let last: Promise<void> = Promise.resolve()
  const send = async () => {
    try {
      while (options.ready() && pending.length > 0) {
        const part = pending.slice(0, batch)
        await options.post(part)
        pending = pending.slice(part.length)
        options.changed?.()
      }
    } catch (thrown) {
      options.log.warning(`${pending.length} events wait: ${messageOf(thrown)}`)
    }
  }
  // one after the other: two at a time would send the same events
  const flush = () => {
    last = last.then(send)
    return last
  }
  return {
    add(stage, state, { ms, message, details } = {}) {
      pending.push({
        node: options.node,
        boot: options.boot,
        sequence: sequence++,
        time: new Date().toISOString(),
        stage,
        state,
        ...(ms === undefined ? {} : { ms: Math.round(ms) }),
        ...(message === undefined ? {} : { message }),
        ...(details === undefined ? {} : { details: { ...details } }),
      })
      options.changed?.()
      void flush()
    },
    flush,
    rest: () => ({ pending, sequence }),
  }
}
