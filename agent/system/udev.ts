import { existsSync } from 'node:fs'
import { execute } from '../../engine/process.ts'

/** Whether udev runs here. */
export const hasUdev = (): boolean => existsSync('/run/udev/control')

/** Waits at most so many seconds until udev, where it runs, is done with what it was told. */
export const settle = async (seconds = 30): Promise<void> => {
  if (!hasUdev()) return
  await execute('udevadm', ['settle', `--timeout=${seconds}`]).catch(() => undefined)
}
