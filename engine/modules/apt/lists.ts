import { setTimeout as sleep } from 'node:timers/promises'
import type { AptParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type Change, change, type Host } from '../module.ts'
import { apt } from './aptget.ts'
import type { Situation } from './situation.ts'

/** Whether the lists of packages have to be fetched: asked for, and not new enough. */
export const isDue = ({ update_cache, cache_valid_time }: AptParameters, { now, fetched }: Situation): boolean =>
  (update_cache === true || (update_cache === undefined && cache_valid_time > 0)) && now - fetched >= cache_valid_time

type Fetching = Pick<AptParameters, 'lock_timeout' | 'update_cache_retries' | 'update_cache_retry_max_delay'>

/** Fetches the lists of packages, again when a server does not answer. Throws a Failure when that does not help. */
export const fetchLists = async (host: Host, params: Fetching): Promise<void> => {
  const lock = ['-o', `DPkg::Lock::Timeout=${params.lock_timeout}`]
  for (let tries = 0; ; tries++) {
    const output = await host.run(sh`${apt} -q ${lock} -o APT::Update::Error-Mode=any update </dev/null`)
    if (output.code === 0) return
    const said = output.stderr.toString().trim().split('\n').slice(-5).join('\n')
    const isConfiguration = /Malformed|Type .* is not known|sources list/i.test(said)
    if (tries >= params.update_cache_retries || isConfiguration) {
      throw new Failure('module.apt', `the lists of packages could not be fetched: ${said}`, {
        at: host.at,
        hint: 'see /etc/apt/sources.list and /etc/apt/sources.list.d on the host',
      })
    }
    // Many hosts that failed together do not try again together.
    await sleep(Math.min(2 ** tries + Math.random(), params.update_cache_retry_max_delay) * 1000)
  }
}

/** Yields the update of the lists of packages. */
export async function* updateLists(host: Host, params: AptParameters): AsyncGenerator<Change, void, unknown> {
  yield* change({ what: 'fetch the lists of packages', apply: () => fetchLists(host, params) })
}
