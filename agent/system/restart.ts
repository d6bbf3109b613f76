import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'

const longest = 600

/**
 * Seconds before a node restarts after its boot failed, `attempt` times in a row: 10 to 30 at first, twice as long each
 * time, at most ten minutes. Never all of a rack in the same second.
 */
export const restartDelay = (attempt: number, random: () => number = Math.random): number => {
  const most = Math.min(longest, 30 * 2 ** Math.min(attempt - 1, 20))
  return Math.round(most / 3 + (random() * most * 2) / 3)
}

/** Waits before a restart, with the watchdog fed and a word each minute. */
export const waitForRestart = async (seconds: number, log: Log, progress: () => void): Promise<void> => {
  for (let left = seconds; left > 0; left--) {
    progress()
    if (left < seconds && left % 60 === 0) log.info(`the node restarts in ${left} s`)
    await sleep(1000)
  }
}

const bySystemd: readonly (readonly [string, ...string[]])[] = [
  ['systemctl', '--force', 'reboot'],
  ['systemctl', '--force', '--force', 'reboot'],
  ['reboot', '-f'],
]

/** Where no systemd runs, as in the minimal initramfs, the kernel alone restarts. */
const attempts = () => (existsSync('/run/systemd/system') ? bySystemd : [])

/** Restarts the machine by the gentlest way that works; the kernel's own is the last. Returns only if none does. */
export const restart = async (log: Log): Promise<void> => {
  for (const [file, ...args] of attempts()) {
    try {
      log.info([file, ...args].join(' '))
      const { code } = await execute(file, args, { timeout: 20_000 })
      if (code === 0) await sleep(20_000)
    } catch (thrown) {
      log.warning(messageOf(thrown))
    }
  }
  log.error('restarting by the kernel')
  await writeFile('/proc/sys/kernel/sysrq', '1').catch(() => {})
  for (const key of ['s', 'b']) {
    await writeFile('/proc/sysrq-trigger', key).catch((thrown) => log.error(messageOf(thrown)))
    await sleep(1000)
  }
}
