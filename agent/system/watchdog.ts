import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import { resolveBelow } from './below.ts'

/**
 * The hardware watchdog restarts the node when nothing moves. It is fed while the boot makes progress, and not merely
 * while the agent lives: a stage that hangs is a node that hangs.
 */
export type Watchdog = {
  /** Says that something moved: a step began or ended, bytes arrived. */
  progress(): void
  /** Hands the node over to the systemd of its root, which feeds the watchdog from then on. */
  handOver(root: string): Promise<void>
  /** Disarms it, for somebody who works at the console. */
  release(): Promise<void>
}

export const noWatchdog: Watchdog = { progress: () => {}, handOver: async () => {}, release: async () => {} }

/**
 * Seconds of the device's own timeout, after it was last fed: half of what is asked for, within these. An agent that is
 * killed feeds it no more, and the one that reports that must have started before it fires.
 */
const [shortest, longest] = [20, 60]

/** Seconds in which the systemd of the new root must have taken over. */
export const handOverSeconds = 180

/** Where systemd reads settings that the initramfs leaves it: /run moves to the new root. */
const runtimeSettings = '/run/systemd/system.conf.d'

const settingsIn = async (root: string, directory: string): Promise<readonly (readonly [string, string])[]> => {
  const place = await resolveBelow(root, directory)
  const names = place === undefined ? [] : await readdir(place).catch((): string[] => [])
  return names.filter((name) => name.endsWith('.conf')).map((name) => [name, join(place!, name)] as const)
}

/**
 * RuntimeWatchdogSec of a root's systemd, as its files say; undefined when they say nothing. The last file wins, by name;
 * of one name, the one in /etc.
 */
export const runtimeWatchdog = async (root: string): Promise<string | undefined> => {
  const byName = new Map<string, string>()
  for (const base of ['/usr/lib', '/usr/local/lib', '/etc'])
    for (const [name, file] of await settingsIn(root, `${base}/systemd/system.conf.d`)) byName.set(name, file)
  const main = await resolveBelow(root, '/etc/systemd/system.conf')
  const files = [main ?? '', ...[...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, file]) => file)]
  let value: string | undefined
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '')
    for (const [, set] of text.matchAll(/^\s*RuntimeWatchdogSec\s*=\s*(.*?)\s*$/gm)) value = set || undefined
  }
  return value
}

const isOff = (value: string): boolean => /^(?:0\D*|off|infinity)$/.test(value)

/** The timeout that the device really has; not every one can be set to any time. */
const timeoutOf = async (asked: number): Promise<number> =>
  Number(await readFile('/sys/class/watchdog/watchdog0/timeout', 'utf8').catch(() => '')) || asked

/** Opens the device anew with a timeout. Setting another one needs an ioctl, which only wdctl can do. */
const openWith = async (device: string, seconds: number): Promise<FileHandle> => {
  if ((await timeoutOf(0)) !== seconds) await execute('wdctl', ['-s', String(seconds), device]).catch(() => undefined)
  return open(device, 'w')
}

/** Closes it as one closes a watchdog that is to stop; a plain close leaves it armed. */
const disarm = async (file: FileHandle): Promise<void> => {
  await file.write('V')
  await file.close()
}

const leaveSettings = async (): Promise<void> => {
  await mkdir(runtimeSettings, { recursive: true, mode: 0o755 })
  // Long enough for a node that is busy, not dead: a virtual one that its host lets starve stands still for half a minute.
  const settings = `[Manager]\nRuntimeWatchdogSec=${handOverSeconds}\n`
  // the first of all names: a file of the root wins
  await writeFile(join(runtimeSettings, '00-prelude.conf'), settings, { mode: 0o644 })
}

/** Arms the watchdog to fire after `seconds` without progress. A node without one boots without. */
export const armWatchdog = async (seconds: number, log: Log, device = '/dev/watchdog'): Promise<Watchdog> => {
  if (!existsSync(device)) {
    log.info('no watchdog device; going on without')
    return noWatchdog
  }
  try {
    const asked = Math.min(longest, Math.max(shortest, Math.ceil(seconds / 2)))
    const file = await openWith(device, asked)
    const timeout = await timeoutOf(asked)
    let last = performance.now()
    let isFed = true
    // the device itself waits for `timeout` after it was last fed
    const feed = () => {
      const still = performance.now() - last
      isFed = still < Math.max(1, seconds - timeout) * 1000
      if (isFed) file.write('.').catch(() => {})
    }
    const timer = setInterval(feed, Math.max(0.5, timeout / 4) * 1000)
    timer.unref()
    log.info(`watchdog armed: ${seconds} s without progress restart the node`)
    return {
      progress: () => {
        last = performance.now()
        if (!isFed) feed()
      },
      handOver: async (root) => {
        clearInterval(timer)
        await disarm(file)
        const init =
          (await resolveBelow(root, '/usr/lib/systemd/systemd')) ?? (await resolveBelow(root, '/lib/systemd/systemd'))
        const told = await runtimeWatchdog(root)
        if (init === undefined || (told !== undefined && isOff(told))) {
          log.info(
            `watchdog disarmed: the root ${init === undefined ? 'has no systemd' : `says RuntimeWatchdogSec=${told}`}`,
          )
          return
        }
        if (told === undefined) await leaveSettings()
        const next = await openWith(device, handOverSeconds)
        await next.write('.')
        await next.close() // plainly: it stays armed until systemd opens it
        log.info(`watchdog handed to systemd, which has ${await timeoutOf(handOverSeconds)} s to take it`)
      },
      release: async () => {
        clearInterval(timer)
        await disarm(file)
        log.info('watchdog disarmed')
      },
    }
  } catch (thrown) {
    log.warning(`watchdog: ${messageOf(thrown)}; going on without`)
    return noWatchdog
  }
}
