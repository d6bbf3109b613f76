import { stat } from 'node:fs/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { run } from './run.ts'

const day = 24 * 3600 * 1000

/**
 * Whether a clock is wrong, as after a flat battery: certificates would be expired, or not yet valid. The manifest was made
 * before it was read, so a clock that is behind it is wrong; one that is ahead may only mean a slow boot.
 */
export const isWrong = (now: Date, provisioner: Date): boolean => {
  const ahead = now.getTime() - provisioner.getTime()
  return ahead < -60_000 || ahead > 3_600_000
}

/**
 * Whether a time that came over the network, before any certificate was checked, can be true: not before this agent was
 * made, and no more than 20 years after. An older one would bring certificates back to life that have ended.
 */
export const isBelievable = (time: Date, made: Date): boolean =>
  time.getTime() > made.getTime() - day && time.getTime() < made.getTime() + 20 * 365 * day

/** Sets a clock that is obviously wrong to the time the provisioner wrote into the boot manifest, where that can be true. */
export const setClock = async (time: string | undefined, log: Log, program = process.execPath): Promise<void> => {
  if (time === undefined || !isWrong(new Date(), new Date(time))) return
  const now = new Date().toISOString()
  try {
    const { mtime } = await stat(program)
    if (!isBelievable(new Date(time), mtime)) {
      log.warning(
        `the clock says ${now}, the provisioner ${time}, which cannot be: this agent is of ${mtime.toISOString()}`,
      )
      return
    }
    await run(log, 'date', ['-u', '-s', `@${Math.floor(Date.parse(time) / 1000)}`])
  } catch (thrown) {
    log.warning(`the clock says ${now}, the provisioner ${time}: ${messageOf(thrown)}`)
  }
}
