import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import { boot } from '../boot.ts'
import type { BootStage } from '../context.ts'
import { findInit } from '../stages/switch.ts'
import { parseCmdline } from '../system/cmdline.ts'
import { openLog, runDirectory } from '../system/journal.ts'
import { createDrivers } from './drivers.ts'
import { createAll, earlyFileSystem } from './filesystem.ts'

/** Where the new root is made; the script /init switches to it. */
const newRoot = '/sysroot'

/** Names the program that /init starts in the new root. */
const initPath = `${runDirectory}/init`

/** The script /init loads the kernel's own watchdog, where no hardware has one; drivers that came late made it too early. */
const loadWatchdog = async (log: Log): Promise<void> => {
  if (existsSync('/dev/watchdog')) return
  const { code, stderr } = await execute('modprobe', ['softdog'])
  if (code !== 0) log.warning(`softdog: ${stderr.trim()}`)
}

const writeInit = async (): Promise<void> => {
  const wanted = parseCmdline(await readFile('/proc/cmdline', 'utf8')).get('init')
  const init = await findInit(newRoot, typeof wanted === 'string' ? wanted : undefined)
  await writeFile(initPath, init)
}

/**
 * The boot of a node in the minimal initramfs, where nobody has done anything yet: file system, drivers, then the same
 * stages as under dracut. Returns the exit code for the script /init.
 */
export const start = async (stages: readonly BootStage[]): Promise<number> => {
  try {
    await createAll(earlyFileSystem)
  } catch (thrown) {
    process.stderr.write(`prelude: ${messageOf(thrown)}\n`) // there is no place for a log
    return 1
  }
  const log = openLog({ progress: () => {} })
  const drivers = createDrivers(log)
  // a boot goes on without some of its drivers, and says what it misses
  await drivers.load().catch((thrown) => log.warning(messageOf(thrown)))
  await loadWatchdog(log).catch((thrown) => log.warning(messageOf(thrown)))
  const stop = new AbortController()
  const watching = drivers.watch(stop.signal)
  const code = await boot(stages, { manifest: '/prelude/boot.json', newRoot })
  stop.abort()
  await watching
  if (code === 0) await writeInit()
  return code
}
