import { Failure } from '../../engine/failure.ts'
import { exitCodeOf } from '../../engine/run/run.ts'
import type { Bundle } from '../../schema/types.ts'
import type { BootContext, BootStage } from '../context.ts'
import { placeFiles, readBundle } from '../preboot/bundle.ts'
import { masked } from '../preboot/mask.ts'
import { openReport, prebootLog } from '../preboot/report.ts'
import { openPlayer } from '../preboot/run.ts'
import { readSecretVars } from '../preboot/secretvars.ts'
import { bodyOf } from '../system/http.ts'
import { runDirectory } from '../system/journal.ts'
import { parseJson } from '../system/json.ts'
import { mountSecret, unmount } from '../system/mounts.ts'
import { keyNames } from './mkdisk.ts'
import { removeSecrets } from './secrets.ts'

/** The bundle's files, in a ramfs: what was in a vault where the bundle was made is plain here. */
const place = `${runDirectory}/site`

const bundleLimit = 256 * 1024 ** 2

const fetchBundle = async ({ provisioner, log }: BootContext): Promise<Bundle> => {
  const fetch = (path: string, what: string) => provisioner.get(path, (answer) => bodyOf(answer, bundleLimit), { what })
  await mountSecret(log, place)
  const bundle = parseJson<Bundle>((await fetch('/bundle', 'bundle')).toString(), 'the bundle')
  await placeFiles(bundle, place, (digest) => fetch(`/bundle/files/${digest}`, 'bundle file'))
  return bundle
}

const run = async (context: BootContext) => {
  const { newRoot, log, watchdog } = context
  const bundle = await log.step('fetching the bundle', () => fetchBundle(context))
  const secrets = await readSecretVars(newRoot)
  const { report, failure } = openReport(log, masked(secrets), watchdog.progress)
  const player = openPlayer({ node: bundle.node, newRoot, directory: place, secrets, report })
  const { playbook, tags, groups } = bundle
  const summary = await log.step(`running ${playbook} with tags ${tags.join(',')}`, () =>
    player.run({ playbook, tags, groups, ...readBundle(bundle, place) }),
  )
  if (exitCodeOf(summary) !== 0)
    throw new Failure('bundle.failed', failure() ?? `${playbook} failed`, { hint: `${prebootLog} says more` })
  const stats = summary.stats.get(bundle.node)
  return { playbook, tags, ok: stats?.ok ?? 0, changed: stats?.changed ?? 0, skipped: stats?.skipped ?? 0 }
}

/** Runs the node's bundle on the new root with its tags, then takes the secrets away whatever came of it; keys of disks stay for mkdisk. */
export const preboot: BootStage = {
  name: 'preboot',
  async run(context) {
    try {
      return await run(context)
    } finally {
      await removeSecrets(context, keyNames(context.manifest.mkdisk))
      await unmount(context.log, place)
    }
  },
}
