import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../engine/failure.ts'
import type { Log } from '../engine/log.ts'
import { renderFailure } from '../engine/report/failure.ts'
import { loadSite, type Site, type SiteSources } from './site.ts'
import { digestOf } from './store/digest.ts'

/** What stands beside an inventory file and belongs to it. */
const beside = ['group_vars', 'host_vars', 'overlays']

/** A digest of names, sizes, times and modes of a site's files; it changes whenever one of them does. */
export const fingerprint = async (sources: readonly string[]): Promise<string> => {
  const lines: string[] = []
  const add = async (path: string): Promise<void> => {
    const stats = await stat(path).catch(() => undefined)
    if (!stats) return
    if (!stats.isDirectory()) {
      lines.push(`${path} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.mode}`)
      return
    }
    for (const name of (await readdir(path)).sort()) if (!name.startsWith('.git')) await add(join(path, name))
  }
  for (const source of sources) {
    if ((await stat(source).catch(() => undefined))?.isFile()) {
      for (const name of beside) await add(join(dirname(source), name))
    }
    await add(source)
  }
  return digestOf(lines.join('\n'))
}

/** A site that follows its files. */
export type LiveSite = {
  /** The site as it is now; a change that cannot be loaded is reported once and the former site stays in force. */
  current(): Promise<Site>
}

/** Looks at the files no more often than this. */
const lookEvery = 500

export const followSite = async (sources: SiteSources, log: Log): Promise<LiveSite> => {
  let print = await fingerprint(sources.inventory)
  let site = await loadSite(sources)
  let looked = Date.now()
  let looking: Promise<void> | undefined

  const look = async (): Promise<void> => {
    const next = await fingerprint(sources.inventory)
    looked = Date.now()
    if (next === print) return
    print = next
    try {
      site = await loadSite(sources)
      log.info(`the inventory changed: ${site.nodes.size} nodes`)
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      log.error(`the inventory changed and cannot be loaded, the former one stays in force:\n${renderFailure(thrown)}`)
    }
  }
  return {
    async current() {
      if (!looking && Date.now() - looked > lookEvery) {
        looking = look().finally(() => {
          looking = undefined
        })
      }
      await looking
      return site
    },
  }
}
