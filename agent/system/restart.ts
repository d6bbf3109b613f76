import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'

const attempts: readonly (readonly [string, ...string[]])[] = [
  ['systemctl', '--force', 'reboot'],
  ['systemctl', '--force', '--force', 'reboot'],
  ['reboot', '-f'],
]

/** Restarts the machine by the gentlest way that works; the kernel's own is the last. Returns only if none does. */
export const restart = async (log: Log): Promise<void> => {
  for (const [file, ...args] of attempts) {
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
