import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { execute } from '../../engine/process.ts'
import type { NodeMkdisk } from '../../schema/types.ts'
import type { BootStage } from '../context.ts'
import { applyPlan, type Machinery } from '../mkdisk/apply.ts'
import { type MkdiskPlan, planMkdisk, planText } from '../mkdisk/plan.ts'
import { type MkdiskSettings, parseConf, parseProfile, settingsOf } from '../mkdisk/profile.ts'
import { inspectMachine } from '../system/disks.ts'
import { waitFor } from '../system/wait.ts'

/** Seconds that disks may take to appear. */
const diskWait = 20

const readIfThere = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })

const profileOf = async (root: string, name: string) => {
  const file = `/etc/mkdisk/profiles.d/${name}`
  const text = await readIfThere(join(root, file))
  if (text === undefined)
    throw new Failure('disk.profile', `there is no mkdisk profile ${file}`, {
      hint: 'an overlay or the image brings it',
    })
  return parseProfile(text, file)
}

/** The settings of a root's /etc/mkdisk/mkdisk.conf; undefined where there is none. */
export const settingsFromRoot = async (root: string): Promise<MkdiskSettings | undefined> => {
  const file = '/etc/mkdisk/mkdisk.conf'
  const text = await readIfThere(join(root, file))
  if (text === undefined) return undefined
  const { profile, ...conf } = parseConf(text, file)
  return { ...conf, entries: await profileOf(root, profile) }
}

const settingsFromManifest = async (mkdisk: NodeMkdisk, root: string): Promise<MkdiskSettings | undefined> => {
  if (mkdisk.disks) return settingsOf(mkdisk)
  if (mkdisk.profile) return settingsOf(mkdisk, await profileOf(root, mkdisk.profile))
  return undefined
}

/** Looks at the machine, once there are as many disks as the profile speaks of, and plans. Nothing is written. */
export const planFor = async (settings: MkdiskSettings, log: Log): Promise<MkdiskPlan> => {
  await execute('udevadm', ['settle', '--timeout=30']).catch(() => undefined)
  const wanted = Math.max(0, ...settings.entries.filter(({ use }) => use).map(({ first }) => first))
  const machine = await log.step('looking at the disks', async () => {
    const enough = await waitFor(
      diskWait,
      async () => {
        const found = await inspectMachine()
        return found.disks.length >= wanted ? found : undefined
      },
      1000,
    )
    return enough ?? inspectMachine()
  })
  return planMkdisk(settings, machine)
}

/** Plans, shows the plan, does it. */
export const makeDisks = async (settings: MkdiskSettings, machinery: Machinery): Promise<MkdiskPlan> => {
  const plan = await planFor(settings, machinery.log)
  for (const line of planText(plan).trimEnd().split('\n')) machinery.log.info(line)
  await applyPlan(plan, machinery)
  return plan
}

/** Makes the node's local disks what its profile says. */
export const mkdisk: BootStage = {
  name: 'mkdisk',
  async run({ manifest, newRoot, log, events, watchdog }) {
    const settings = manifest.mkdisk
      ? await settingsFromManifest(manifest.mkdisk, newRoot)
      : await settingsFromRoot(newRoot)
    if (!settings) return { disks: 0 }
    const plan = await makeDisks(settings, { log, root: newRoot, progress: watchdog.progress })
    const details = {
      wipe: plan.wipe,
      disks: plan.disks.map(({ device, use }) => `${device}: ${use}`),
      moved: settings.move.map(({ from, to }) => `${from} to ${to}`),
    }
    for (const message of plan.warnings) events.add('mkdisk', 'degraded', { message, details })
    return details
  },
}
