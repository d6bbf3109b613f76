import { Failure, messageOf } from '../../engine/failure.ts'
import { exitCodeOf } from '../../engine/run/run.ts'
import type { Bundle } from '../../schema/types.ts'
import type { BootContext, BootStage } from '../context.ts'
import { placeFiles, readBundle } from '../preboot/bundle.ts'
import { defaultTaskTimeout, keepQuiet, longestTimeout } from '../preboot/limits.ts'
import { type Mask, maskOf } from '../preboot/mask.ts'
import { openReport, prebootLog } from '../preboot/report.ts'
import { openPlayer } from '../preboot/run.ts'
import { readSecrets, type Secrets } from '../preboot/secretvars.ts'
import { bodyOf } from '../system/http.ts'
import { runDirectory } from '../system/journal.ts'
import { parseJson } from '../system/json.ts'
import { mountSecret, unmount } from '../system/mounts.ts'
import { wantedKeys } from './mkdisk.ts'
import { removeSecrets } from './secrets.ts'

/** The bundle's files, in a ramfs: what was in a vault where the bundle was made is plain here. */
const place = `${runDirectory}/site`

const bundleLimit = 256 * 1024 ** 2

type Fetched = { readonly bundle: Bundle; readonly hidden: readonly Buffer[] }

/** `mounted` is the mount of the place of its files. */
const fetchBundle = async ({ provisioner }: BootContext, mounted: Promise<void>): Promise<Fetched> => {
  const fetch = (path: string, what: string) => provisioner.get(path, (answer) => bodyOf(answer, bundleLimit), { what })
  await mounted
  const bundle = parseJson<Bundle>((await fetch('/bundle', 'bundle')).toString(), 'the bundle')
  const vaults = new Set(bundle.files.flatMap(({ digest, vault }) => (vault ? [digest] : [])))
  const hidden: Buffer[] = []
  await placeFiles(bundle, place, async (digest) => {
    const content = await fetch(`/bundle/files/${digest}`, 'bundle file')
    if (vaults.has(digest)) hidden.push(content)
    return content
  })
  return { bundle, hidden }
}

/** Runs the bundle. A failed task stops the boot, or leaves the node degraded, as the site's policy has it. */
const runBundle = async (context: BootContext, bundle: Bundle, { variables }: Secrets, mask: Mask) => {
  const { newRoot, log, watchdog, events } = context
  const { playbook, tags, groups, policy } = bundle
  const taskTimeout = policy.task_timeout ?? defaultTaskTimeout
  const plays = readBundle(bundle, place)
  const quiet = keepQuiet(Math.max(taskTimeout, longestTimeout(plays.plays)), watchdog.progress)
  try {
    const { report, failure } = openReport(log, mask, quiet.moved)
    const player = openPlayer({
      node: bundle.node,
      newRoot,
      directory: place,
      secrets: variables,
      report,
      taskTimeout,
    })
    const summary = await log.step(`running ${playbook} with tags ${tags.join(',')}`, () =>
      player.run({ playbook, tags, groups, ...plays }),
    )
    const stats = summary.stats.get(bundle.node)
    const done = { playbook, tags, ok: stats?.ok ?? 0, changed: stats?.changed ?? 0, skipped: stats?.skipped ?? 0 }
    if (exitCodeOf(summary) === 0) return done
    const message = failure() ?? `${playbook} failed`
    if (policy.task_failure !== 'continue')
      throw new Failure('bundle.failed', message, { hint: `${prebootLog} says more` })
    log.warning(`${message}; going on, as the site's policy says`)
    events.add('preboot', 'degraded', { message })
    return { ...done, failed: stats?.failed ?? 1 }
  } finally {
    quiet.stop()
  }
}

const run = async (context: BootContext, mounted: Promise<void>) => {
  const { bundle, hidden } = await context.log.step('fetching the bundle', () => fetchBundle(context, mounted))
  const secrets = await readSecrets(context.newRoot)
  const mask = maskOf([...secrets.hidden, ...bundle.masks, ...hidden])
  try {
    return await runBundle(context, bundle, secrets, mask)
  } catch (thrown) {
    // what is wrong with a play may quote what it was given
    if (!(thrown instanceof Failure)) throw new Error(mask(messageOf(thrown)))
    throw new Failure(thrown.code, mask(thrown.message), { hint: thrown.hint && mask(thrown.hint) })
  }
}

const prepare = (context: BootContext) => {
  const mounted = mountSecret(context.log, place)
  mounted.catch(() => {}) // awaited below
  return async () => {
    try {
      return await run(context, mounted)
    } finally {
      await removeSecrets(context, await wantedKeys(context))
      await unmount(context.log, place)
    }
  }
}

/** Runs the node's bundle on the new root with its tags, then takes the secrets away whatever came of it; keys of disks stay for mkdisk. */
export const preboot: BootStage = { name: 'preboot', prepare, run: (context) => prepare(context)() }
