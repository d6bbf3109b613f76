import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { run } from './run.ts'

/** Seconds by which a clock may differ from the provisioner's before it is taken for wrong. */
const tolerance = 3600

/** Whether a clock is obviously wrong, as after a flat battery: certificates would be expired, or not yet valid. */
export const isWrong = (now: Date, provisioner: Date): boolean =>
  Math.abs(now.getTime() - provisioner.getTime()) > tolerance * 1000

/** Sets a clock that is obviously wrong to the time the provisioner wrote into the boot manifest. */
export const setClock = async (time: string | undefined, log: Log): Promise<void> => {
  if (time === undefined || !isWrong(new Date(), new Date(time))) return
  try {
    await run(log, 'date', ['-u', '-s', `@${Math.floor(Date.parse(time) / 1000)}`])
  } catch (thrown) {
    log.warning(`the clock says ${new Date().toISOString()}, the provisioner ${time}: ${messageOf(thrown)}`)
  }
}
