import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import type { Session } from '../../schema/types.ts'
import { createEvents, type Events } from '../system/events.ts'
import { type Handover, readHandover, writeHandover } from '../system/handover.ts'
import { createProvisioner, type Provisioner } from '../system/provisioner.ts'
import { unpack } from '../system/unpack.ts'

export type RuntimeOptions = {
  readonly log: Log
  /** Root that the runtime overlay is laid over. */
  readonly root: string
  /** Seconds between two looks at the overlay, before jitter. */
  readonly interval: number
  readonly signal: AbortSignal
}

/** Waits until the system is up. Returns systemd's word for it: running, degraded, … */
const systemIsUp = async (log: Log): Promise<string> => {
  // --wait also returns when units failed: such a node is up, and says so
  const { stdout } = await log.step('waiting for the system', () =>
    execute('systemctl', ['is-system-running', '--wait']),
  )
  return stdout.trim()
}

const failedUnits = async (): Promise<readonly string[]> => {
  const { stdout } = await execute('systemctl', ['list-units', '--failed', '--plain', '--no-legend', '--no-pager'])
  return stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || [])
}

/** Fetches the runtime overlay if it changed; returns the ETag of what is applied. */
export const refreshOverlay = async (
  provisioner: Provisioner,
  options: { readonly root: string; readonly etag: string | undefined; readonly log: Log },
): Promise<string | undefined> => {
  const { root, etag, log } = options
  return provisioner.get(
    '/overlay/runtime',
    async (answer) => {
      if (answer.status === 304) {
        answer.body.resume()
        return etag
      }
      const unpacked = await unpack(root, answer.body)
      log.info(`runtime overlay: ${unpacked.files} files, ${unpacked.directories} directories, ${unpacked.links} links`)
      return answer.headers.etag
    },
    {
      what: 'runtime overlay',
      budget: 20,
      accept: [304],
      ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
    },
  )
}

/** A pause of the interval, a quarter more or less, so that nodes do not ask in step. */
const jittered = (seconds: number): number => seconds * (0.75 + Math.random() / 2) * 1000

const saveProgress = (handover: Handover, session: Session | undefined, events: Events): Promise<void> =>
  writeHandover({ ...handover, session: session ?? handover.session, ...events.rest() })

/** Says that the node is ready, then keeps the runtime overlay current until it is told to stop. A server that is down is asked again. */
export const runtime = async ({ log, root, interval, signal }: RuntimeOptions): Promise<void> => {
  const handover = await readHandover()
  const { servers, ca, session, sequence, pending } = handover
  const { node, boot } = session
  const provisioner = createProvisioner({ servers, ca, node, boot, budget: 60, log, session })
  const events = createEvents({ node, boot, log, post: provisioner.post, ready: () => true, sequence, pending })
  let etag: string | undefined
  const refresh = async () => {
    try {
      etag = await refreshOverlay(provisioner, { root, etag, log })
    } catch (thrown) {
      log.warning(`runtime overlay: ${messageOf(thrown)}`)
    }
  }
  await refresh()
  const state = await systemIsUp(log)
  const failed = state === 'running' ? [] : await failedUnits()
  events.add('runtime', 'ready', { details: { system: state, ...(failed.length > 0 ? { failed } : {}) } })
  await events.flush()
  await saveProgress(handover, provisioner.session(), events)
  while (!signal.aborted) {
    await sleep(jittered(interval), undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    await refresh()
    if (events.rest().pending.length > 0) await events.flush()
  }
  // the next boot may begin at once: a node that falls silent without a word counts as running for a while
  events.add('runtime', 'stopped')
  await events.flush()
  await saveProgress(handover, provisioner.session(), events)
}
