import { Failure } from '../failure.ts'
import { type FactCache, jsonFileCache } from '../run/factcache.ts'
import type { Start } from './start.ts'

const secondsOfDay = 86_400

/** Where the configuration keeps facts between runs; undefined when nowhere. What it cannot mean is warned of, as Ansible does. */
export const factCacheOf = ({ settings, warn }: Start): FactCache | undefined => {
  const kind = (settings.factCaching ?? 'memory').replace(/^ansible\.builtin\./, '')
  if (kind === 'memory') return undefined
  const none = (why: string): undefined => warn(`facts are not kept: ${why}`) as undefined
  if (kind !== 'jsonfile') return none(`fact_caching is '${kind}', and only jsonfile is known`)
  const { factCachingConnection: directory, factCachingPrefix: prefix, factCachingTimeout: seconds } = settings
  if (directory === undefined) return none('fact_caching_connection names no directory')
  try {
    return jsonFileCache({ directory, prefix: prefix ?? '', seconds: seconds ?? secondsOfDay })
  } catch (thrown) {
    if (thrown instanceof Failure) return none(thrown.message)
    throw thrown
  }
}
