import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'

const names = (path: string): readonly string[] => {
  try {
    return readdirSync(path)
  } catch {
    return [] // a bus without devices, or one that has just gone
  }
}

/**
 * What the devices that are there now say they are, for modprobe: every device that may want a driver stands on a bus.
 * Read at once, as it is asked for again and again: some hundred small files of the kernel, a few milliseconds.
 */
export const readAliases = (sys = '/sys'): ReadonlySet<string> => {
  const aliases = new Set<string>()
  for (const bus of names(`${sys}/bus`))
    for (const device of names(`${sys}/bus/${bus}/devices`))
      try {
        const alias = readFileSync(`${sys}/bus/${bus}/devices/${device}/modalias`, 'utf8').trim()
        if (alias !== '') aliases.add(alias)
      } catch {
        // a device without an alias has its driver, or needs none
      }
  return aliases
}

/** Deals values out to at most `count` groups, none of them empty. */
export const deal = <T>(values: readonly T[], count: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.min(count, values.length) }, (_, group) =>
    values.filter((_, index) => index % count === group),
  )

/** Modules that are loaded, after /proc/modules. */
export const parseModules = (text: string): ReadonlySet<string> =>
  new Set(text.split('\n').flatMap((line) => line.split(' ', 1).filter((name) => name !== '')))

export type Drivers = {
  /** Loads drivers of devices that are new since the last call, and of those that come with them. */
  load(): Promise<void>
  /** Loads drivers of late devices, until `stop` aborts. Nobody tells: without udev the devices are looked at each second. */
  watch(stop: AbortSignal): Promise<void>
}

/** What the script /init has done while the agent started; undefined as long as it is not done. */
export type Begun = { readonly asked: readonly string[]; readonly complaints: readonly string[] }

export type DriversOptions = {
  readonly begun?: () => Promise<Begun | undefined>
  readonly aliases?: () => ReadonlySet<string>
  /** Loads what drives devices of these aliases; an alias that no module knows is nothing. Returns its complaints. */
  readonly modprobe?: (aliases: readonly string[]) => Promise<string>
  readonly loaded?: () => Promise<ReadonlySet<string>>
  /** Milliseconds between two looks. */
  readonly interval?: number
  /** Milliseconds that drivers are waited for: one that hangs must not hang the node before a watchdog is armed. */
  readonly patience?: number
}

const modprobe = async (aliases: readonly string[]): Promise<string> => {
  // its exit code tells of aliases that no module has, which is most of them
  const { stderr } = await execute('modprobe', ['--all', '--quiet', '--use-blacklist', '--', ...aliases])
  return stderr.trim()
}

/** What the script leaves in `directory` when all it has asked for is loaded. */
export const readBegun = async (directory = '/tmp'): Promise<Begun | undefined> => {
  const asked = await readFile(`${directory}/asked`, 'utf8').catch(() => '')
  if (!asked.endsWith('\n')) return undefined
  const complaints = await readFile(`${directory}/complaints`, 'utf8').catch(() => '')
  return {
    asked: asked.split(/\s/).filter((alias) => alias !== ''),
    complaints: complaints.split('\n').filter((line) => line !== ''),
  }
}

const loadedModules = async () => parseModules(await readFile('/proc/modules', 'utf8').catch(() => ''))

/** Drivers by the aliases of devices, side by side: one that takes its time does not hold up the others. */
export const createDrivers = (log: Log, options: DriversOptions = {}): Drivers => {
  const { begun = readBegun, aliases = readAliases, loaded = loadedModules } = options
  const { interval = 1000, patience = 60_000 } = options
  const run = options.modprobe ?? modprobe
  const known = new Set<string>()
  const fresh = () => [...aliases()].filter((alias) => !known.has(alias)).sort()

  const loadAll = async (): Promise<void> => {
    for (let wanted = fresh(); wanted.length > 0; wanted = fresh()) {
      for (const alias of wanted) known.add(alias)
      const groups = deal(wanted, Math.min(8, availableParallelism()))
      const loading = groups.map(async (group) => {
        const complaint = await run(group).catch(messageOf)
        if (complaint !== '') log.warning(complaint)
      })
      const late = AbortSignal.timeout(patience)
      await Promise.race([Promise.all(loading), once(late, 'abort')])
      if (late.aborted) return log.warning(`some take longer than ${patience / 1000} s; going on`)
    }
  }

  /** What the log has told of: at first nothing, whoever has loaded it. */
  let told: ReadonlySet<string> | undefined
  const load = async (): Promise<void> => {
    if (told === undefined) {
      const { asked, complaints } = (await begun()) ?? { asked: [], complaints: [] }
      for (const alias of asked) known.add(alias)
      for (const complaint of complaints) log.warning(complaint)
    }
    const isFresh = fresh().length > 0
    if (isFresh) await log.step('loading drivers', loadAll)
    if (!isFresh && told !== undefined) return
    const now = await loaded()
    const added = [...now].filter((name) => !told?.has(name)).sort()
    told = now
    if (added.length > 0) log.info(`drivers: ${added.join(' ')}`)
  }

  return {
    load,
    async watch(stop) {
      while (!stop.aborted) {
        await sleep(interval, undefined, { signal: stop }).catch(() => {})
        if (!stop.aborted) await load().catch((thrown) => log.warning(messageOf(thrown)))
      }
    },
  }
}
