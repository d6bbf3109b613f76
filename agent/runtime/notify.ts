import { execute } from '../../engine/process.ts'

/** What systemd is told of the service: `READY=1`, `WATCHDOG=1`, `STATUS=…`. Never fails: a service can run without. */
export type Notify = (...values: readonly string[]) => Promise<void>

/** Node cannot write to systemd's datagram socket; systemd-notify can, in the name of this process. */
export const systemdNotify =
  (socket: string | undefined, pid: number): Notify =>
  async (...values) => {
    if (socket !== undefined)
      await execute('systemd-notify', [`--pid=${pid}`, ...values], { timeout: 10_000 }).catch(() => {})
  }
