import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import type { Notify } from '../runtime/notify.ts'
import { type Applied, applyOverlay, driftOf } from '../runtime/overlay.ts'
import { readRecord } from '../runtime/record.ts'
import { tellUnits } from '../runtime/units.ts'
import { createEvents, type Events } from '../system/events.ts'
import { readHandover, writeHandover } from '../system/handover.ts'
import { createProvisioner, type Provisioner } from '../system/provisioner.ts'

export type RuntimeOptions = {
  readonly log: Log
  /** Root that the runtime overlay is laid over. */
  readonly root: string
  /** Seconds between two looks at the overlay, before jitter. */
  readonly interval: number
  readonly signal: AbortSignal
  readonly notify: Notify
  /** Where the boot left its session. */
  readonly handover?: string
}

/** Seconds that one look at the provisioner may take. */
const budget = 20

/** Waits until the system is up. Returns systemd's word for it: running, degraded, … */
const systemIsUp = async (log: Log, signal: AbortSignal): Promise<string> => {
  // --wait also returns when units failed: such a node is up, and says so
  const { stdout } = await log.step('waiting for the system', () =>
    execute('systemctl', ['is-system-running', '--wait'], { signal }),
  )
  return stdout.trim()
}

const failedUnits = async (): Promise<readonly string[]> => {
  const { stdout } = await execute('systemctl', ['list-units', '--failed', '--plain', '--no-legend', '--no-pager'])
  return stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || [])
}

/** Looks whether the overlay changed here or there, and lays it down anew then. undefined: all is as it was. */
export const refreshOverlay = async (provisioner: Provisioner, root: string): Promise<Applied | undefined> => {
  const record = readRecord(root)
  const isAsLaid = record.etag !== undefined && driftOf(root, record).length === 0
  return provisioner.get(
    '/overlay/runtime',
    async (answer) => {
      if (answer.status !== 304) return applyOverlay(root, answer.body, answer.headers.etag)
      answer.body.resume()
      return undefined
    },
    {
      what: 'runtime overlay',
      budget,
      accept: [304],
      ...(isAsLaid && record.etag !== undefined ? { headers: { 'if-none-match': record.etag } } : {}),
    },
  )
}

/** A pause of the interval, a quarter more or less, so that nodes do not ask in step. */
const jittered = (seconds: number): number => seconds * (0.75 + Math.random() / 2) * 1000

/** Paths for an event: not more than somebody reads. */
const some = (paths: readonly string[]): readonly string[] =>
  paths.length > 20 ? [...paths.slice(0, 20), `and ${paths.length - 20} more`] : paths

const isChange = ({ changed, restored, removed }: Applied): boolean =>
  changed.length + restored.length + removed.length > 0

const sentence = ({ changed, restored, removed }: Applied): string =>
  [
    ...(changed.length > 0 ? [`laid ${some(changed).join(', ')}`] : []),
    ...(restored.length > 0 ? [`restored ${some(restored).join(', ')}, which the node had otherwise`] : []),
    ...(removed.length > 0 ? [`removed ${some(removed).join(', ')}`] : []),
  ].join('; ')

/** Why a look failed, in words for whoever reads the node's journal or its status. */
const reasonOf = (thrown: unknown): string => {
  const message = messageOf(thrown)
  return /answers 401/.test(message)
    ? 'the provisioner does not know the session of this boot any more; the overlay stays as it is until the next boot'
    : message
}

/** Keeps the overlay current, one look at a time, and reports each thing once: a change, a failure, its end. */
const keeper = ({ log, root, notify }: RuntimeOptions, provisioner: Provisioner, events: Events) => {
  let trouble: string | undefined
  return async (): Promise<void> => {
    const start = performance.now()
    let applied: Applied | undefined
    let problem: string | undefined
    try {
      applied = await refreshOverlay(provisioner, root)
      if (applied && isChange(applied)) {
        const paths = [...applied.changed, ...applied.restored, ...applied.removed]
        problem = (await tellUnits(applied.units, paths, log))[0]
      }
    } catch (thrown) {
      problem = reasonOf(thrown)
    }
    const ms = performance.now() - start
    if (problem !== undefined && problem !== trouble) {
      log.warning(`runtime overlay: ${problem}`)
      events.add('runtime', 'failed', { ms, message: problem })
    } else if (problem === undefined && (trouble !== undefined || (applied && isChange(applied)))) {
      const message = applied && isChange(applied) ? sentence(applied) : 'the runtime overlay is current again'
      log.info(`runtime overlay: ${message}`)
      events.add('runtime', 'finished', { ms, message, ...(applied ? { details: { units: applied.units } } : {}) })
    }
    trouble = problem
    await notify('WATCHDOG=1', `STATUS=${problem ?? `runtime overlay current at ${new Date().toISOString()}`}`)
  }
}

/**
 * Lays the runtime overlay, says once that the node is ready, then keeps the overlay current until it is told to stop: what
 * changed on the provisioner or on the node is laid down anew, what left the overlay is removed. A server that is down is asked again.
 */
export const runtime = async (options: RuntimeOptions): Promise<void> => {
  const { log, interval, signal, notify } = options
  const handover = readHandover(options.handover)
  const { servers, ca, session, sequence, pending } = handover
  const { node, boot } = session
  const provisioner = createProvisioner({ servers, ca, node, boot, budget, log, session })
  let isReady = handover.isReady ?? false
  const events = createEvents({
    node,
    boot,
    log,
    post: provisioner.post,
    ready: () => true,
    sequence,
    pending,
    changed: () => writeHandover({ ...handover, isReady, ...events.rest() }, options.handover),
  })
  const keep = keeper(options, provisioner, events)
  await keep()
  await notify('READY=1')
  if (isReady) events.add('runtime', 'started')
  // beside the loop: a unit that takes for ever to start does not keep the overlay from being looked at
  const sayReady = async () => {
    const state = await systemIsUp(log, signal)
    if (signal.aborted) return
    const failed = state === 'running' ? [] : await failedUnits()
    isReady = true
    events.add('runtime', 'ready', { details: { system: state, ...(failed.length > 0 ? { failed } : {}) } })
  }
  const saying = isReady ? undefined : sayReady().catch((thrown: unknown) => log.warning(messageOf(thrown)))
  while (!signal.aborted) {
    await sleep(jittered(interval), undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    await keep()
    if (events.rest().pending.length > 0) await events.flush()
  }
  await saying
  // the next boot may begin at once: a node that falls silent without a word counts as running for a while
  events.add('runtime', 'stopped')
  await events.flush()
}
