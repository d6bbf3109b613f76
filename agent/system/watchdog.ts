import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'

/**
 * The hardware watchdog restarts the node when nothing moves. It is fed while the boot makes progress, and not merely
 * while the agent lives: a stage that hangs is a node that hangs.
 */
export type Watchdog = {
  /** Says that something moved: a step began or ended, bytes arrived. */
  progress(): void
  /** Hands the node over: the watchdog is disarmed (the real init may arm its own). */
  release(): Promise<void>
}

export const noWatchdog: Watchdog = { progress: () => {}, release: async () => {} }

/** Arms the watchdog to fire after `seconds` without progress. A node without one boots without. */
export const armWatchdog = async (seconds: number, log: Log, device = '/dev/watchdog'): Promise<Watchdog> => {
  if (!existsSync(device)) {
    log.info('no watchdog device; going on without')
    return noWatchdog
  }
  // setting the time needs an ioctl, which only wdctl can do; a device without that keeps its own time
  const timeout = Math.min(60, seconds)
  await execute('wdctl', ['-s', String(timeout), device]).catch(() => undefined)
  try {
    const file = await open(device, 'w')
    let last = performance.now()
    const feed = () => {
      if (performance.now() - last < seconds * 1000) file.write('.').catch(() => {})
    }
    const timer = setInterval(feed, Math.max(1, timeout / 4) * 1000)
    timer.unref()
    log.info(`watchdog armed: ${seconds} s without progress restart the node`)
    return {
      progress: () => {
        last = performance.now()
      },
      release: async () => {
        clearInterval(timer)
        await file.write('V') // the magic close: a plain close would leave it armed with nobody to feed it
        await file.close()
      },
    }
  } catch (thrown) {
    log.warning(`watchdog: ${messageOf(thrown)}; going on without`)
    return noWatchdog
  }
}
