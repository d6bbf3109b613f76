import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import type { NodeMkdisk } from '../../schema/types.ts'
import type { BootContext, BootStage, Details } from '../context.ts'
import { applyPlan } from '../mkdisk/apply.ts'
import { leastOf, parseLayout, parseYamlProfile } from '../mkdisk/layout.ts'
import { diskText, type Machine } from '../mkdisk/machine.ts'
import type { Machinery } from '../mkdisk/machinery.ts'
import { type MkdiskPlan, planMkdisk } from '../mkdisk/plan.ts'
import { parseConf, parseDisks, parseProfile, withOptional } from '../mkdisk/profile.ts'
import { checkMove, type DiskSet, type MkdiskSettings } from '../mkdisk/settings.ts'
import { planText } from '../mkdisk/show.ts'
import { inspectMachine } from '../system/disks.ts'
import { settle } from '../system/udev.ts'
import { waitFor } from '../system/wait.ts'
import { removeSecrets, secretPlace } from './secrets.ts'

/** Seconds that disks may take to appear. */
const diskWait = 20

const readIfThere = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })

const isYaml = (file: string): boolean => /\.ya?ml$/.test(file)

/** A profile by its name in /etc/mkdisk/profiles.d, as YAML or as lines of disk_config, or by its path. */
const profileOf = async (root: string, name: string): Promise<readonly DiskSet[]> => {
  const files = name.includes('/')
    ? [{ file: name, path: name }]
    : ['.yml', '.yaml', ''].map((ending) => {
        const file = `/etc/mkdisk/profiles.d/${name}${ending}`
        return { file, path: join(root, file) }
      })
  for (const { file, path } of files) {
    const text = await readIfThere(path)
    if (text !== undefined) return isYaml(file) ? parseYamlProfile(text, file) : parseProfile(text, file)
  }
  throw new Failure('disk.profile', `there is no mkdisk profile ${files.at(-1)!.file}`, {
    hint: 'an overlay or the image brings it',
  })
}

/** The settings of a root's /etc/mkdisk/mkdisk.conf; undefined where there is none and no profile is named. */
export const settingsFromRoot = async (root: string, named?: string): Promise<MkdiskSettings | undefined> => {
  const file = '/etc/mkdisk/mkdisk.conf'
  const text = await readIfThere(join(root, file))
  if (text === undefined && named === undefined) return undefined
  const { profile, optional, ...conf } = parseConf(text ?? '', file)
  return { ...conf, sets: withOptional(await profileOf(root, named ?? profile), optional) }
}

const setsFromManifest = async (mkdisk: NodeMkdisk, root: string): Promise<readonly DiskSet[] | undefined> => {
  const { disks, sets, volumes, profile } = mkdisk
  if (disks && volumes)
    throw new Failure('disk.profile', 'node_mkdisk has `disks` and `volumes`', { hint: 'one of the two says it all' })
  if (disks) return parseDisks(disks)
  if (volumes) return parseLayout({ sets: sets ?? {}, volumes })
  return profile ? profileOf(root, profile) : undefined
}

/** The settings that the boot manifest carries. */
export const settingsFromManifest = async (mkdisk: NodeMkdisk, root: string): Promise<MkdiskSettings | undefined> => {
  const sets = await setsFromManifest(mkdisk, root)
  return (
    sets && {
      sets: withOptional(sets, mkdisk.optional ?? []),
      wipe: mkdisk.wipe === true,
      ...(mkdisk.fscache ? { fscache: mkdisk.fscache } : {}),
      move: Object.entries(mkdisk.move ?? {}).map(([from, to]) => checkMove(from, to)),
      expendable: mkdisk.expendable ?? [],
    }
  )
}

/** How many disks there must be before it is worth to plan. */
const wantedDisks = (sets: readonly DiskSet[]): number => {
  const wanted = sets.map((set) => {
    const least = Math.max(leastOf(set), set.disks.count ?? 0)
    return set.disks.first === undefined ? least : set.disks.first - 1 + least
  })
  return Math.max(0, ...wanted)
}

/** Looks at the machine, once there are as many disks as the profile speaks of, and plans. Nothing is written. */
export const planFor = async (settings: MkdiskSettings, log: Log): Promise<MkdiskPlan> => {
  await settle()
  const wanted = wantedDisks(settings.sets)
  const isEnough = ({ disks }: Machine) => disks.length >= wanted
  const machine = await log.step('looking at the disks', async () => {
    const look = async () => {
      const found = await inspectMachine()
      return isEnough(found) ? found : undefined
    }
    return (await waitFor(diskWait, look, 1000)) ?? inspectMachine()
  })
  return planMkdisk(settings, machine)
}

/** What came of a plan. */
export type Outcome = { readonly plan: MkdiskPlan; readonly warnings: readonly string[] }

/** Plans, shows the plan, does it. */
export const makeDisks = async (settings: MkdiskSettings, machinery: Omit<Machinery, 'warn'>): Promise<Outcome> => {
  const plan = await planFor(settings, machinery.log)
  for (const line of planText(plan).trimEnd().split('\n')) machinery.log.info(line)
  const warnings = [...plan.warnings]
  const volumes = settings.sets.flatMap((set) => set.volumes)
  await applyPlan(plan, volumes, { ...machinery, warn: (message) => warnings.push(message) })
  return { plan, warnings }
}

/** The settings of a node that boots: the boot manifest's, or those that its root brings. */
const settingsOf = ({ manifest, newRoot }: Pick<BootContext, 'manifest' | 'newRoot'>) =>
  manifest.mkdisk ? settingsFromManifest(manifest.mkdisk, newRoot) : settingsFromRoot(newRoot)

/** The secrets that are keys of volumes. */
export const keyNames = (sets: readonly DiskSet[]): readonly string[] =>
  sets.flatMap(({ volumes }) => volumes.flatMap(({ key }) => (key === undefined || key.startsWith('/') ? [] : key)))

/** The secrets that the stage mkdisk will want. None where the settings are wrong: the stage itself tells of that. */
export const wantedKeys = async (context: Pick<BootContext, 'manifest' | 'newRoot'>): Promise<readonly string[]> =>
  keyNames((await settingsOf(context).catch(() => undefined))?.sets ?? [])

const run = async (context: BootContext): Promise<Details> => {
  const { newRoot, log, events, watchdog } = context
  const settings = await settingsOf(context)
  if (!settings) return { disks: 0 }
  const machinery = { log, root: newRoot, keys: secretPlace, progress: watchdog.progress }
  const { plan, warnings } = await makeDisks(settings, machinery)
  const details = {
    wipe: plan.wipe,
    disks: plan.disks.map(({ disk, use }) => `${diskText(disk)}: ${use}`),
    moved: settings.move.map(({ from, to }) => `${from} to ${to}`),
  }
  for (const message of warnings) events.add('mkdisk', 'degraded', { message, details })
  return details
}

/** Makes the node's local disks what its profile says, then takes the keys of those disks away. */
export const mkdisk: BootStage = {
  name: 'mkdisk',
  async run(context) {
    try {
      return await run(context)
    } finally {
      await removeSecrets(context)
    }
  },
}
