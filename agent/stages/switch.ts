import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { BootStage } from '../context.ts'
import { leaveToNetworkManager } from '../network/networkmanager.ts'
import { prebootLog } from '../preboot/report.ts'
import { resolveBelow } from '../system/below.ts'
import { isMounted } from '../system/mounts.ts'

const releases = ['/etc/os-release', '/usr/lib/os-release']
const inits = ['/sbin/init', '/usr/lib/systemd/systemd', '/etc/init', '/bin/init']

const firstOf = async (root: string, paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) if ((await resolveBelow(root, path)) !== undefined) return path
  return undefined
}

/** The init of a root: the wanted one where it is there. Throws a Failure 'image.init' when there is none. */
export const findInit = async (root: string, wanted?: string): Promise<string> => {
  const found = await firstOf(root, wanted === undefined ? inits : [wanted, ...inits])
  if (found === undefined) throw new Failure('image.init', `the image has no init: none of ${inits.join(', ')}`)
  return found
}

/** Refuses a root that cannot start: systemd would stop there with nobody to see it. */
export const checkRoot = async (root: string): Promise<void> => {
  if ((await firstOf(root, releases)) === undefined)
    throw new Failure(
      'image.release',
      `the image has neither ${releases.join(' nor ')}: systemd does not switch to such a root`,
    )
  await findInit(root)
}

/** Lays the report of the preboot plays beside the other logs, wherever they are by now. */
const keepReport = async (newRoot: string): Promise<void> => {
  if (!existsSync(prebootLog)) return
  const directory = await resolveBelow(newRoot, '/var/log')
  if (directory === undefined) return
  const place = join(directory, 'prelude-preboot.log')
  await copyFile(prebootLog, `${place}.new`) // with its mode, 0600
  await rename(`${place}.new`, place)
}

/** The last look before the real init: the root can start, and no secret is left in it. */
export const switchRoot: BootStage = {
  name: 'switch',
  async run({ newRoot, log, manifest }) {
    await log.step('checking the new root', () => checkRoot(newRoot))
    if (await isMounted(join(newRoot, 'secrets')))
      throw new Failure('secrets.mounted', 'the secrets are still mounted in the new root')
    // these mounts move there: an image without the directories could not start
    for (const directory of ['proc', 'sys', 'dev', 'run']) await mkdir(join(newRoot, directory), { recursive: true })
    await keepReport(newRoot)
    const devices = manifest.network.flatMap(({ name }) => name ?? [])
    await leaveToNetworkManager({ root: newRoot, devices, log })
    return {}
  },
}
