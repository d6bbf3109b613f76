import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { exitCodeOf } from '../../engine/run/run.ts'
import { resolveBelow } from '../system/below.ts'
import { parseCmdline } from '../system/cmdline.ts'
import { openLog } from '../system/journal.ts'
import { mount, unmount } from '../system/mounts.ts'
import { masked } from './mask.ts'
import { openReport } from './report.ts'
import { openPlayer } from './run.ts'
import { readSecretVars } from './secretvars.ts'

/** Where such images keep the repository they were made with. */
const repository = '/container_repo/ansible'
const exported = '/warewulf/secrets'

/** The address in `wwinit.uri=http://10.1.0.1:9873/provision/…` (`wwinit_uri=` with older ones). */
export const warewulfServer = (cmdline: string): string | undefined => {
  const values = parseCmdline(cmdline)
  const uri = values.get('wwinit.uri') ?? values.get('wwinit_uri') ?? ''
  return /\d+\.\d+\.\d+\.\d+/.exec(String(uri))?.[0]
}

/** The playbook that made an image, by its /.buildinfo. */
export const playbookOf = (buildinfo: string): string | undefined => /^Playbook:\s*(\S+)/m.exec(buildinfo)?.[1]

const findPlaybook = async (newRoot: string): Promise<string> => {
  const buildinfo = await readFile(join(newRoot, '.buildinfo'), 'utf8').catch(() => '')
  const playbook = playbookOf(buildinfo)
  if (playbook === undefined) throw new Failure('playbook.missing', "/.buildinfo of the image has no line 'Playbook:'")
  const file = await resolveBelow(newRoot, join(repository, playbook))
  if (file === undefined) throw new Failure('playbook.missing', `the image has no ${join(repository, playbook)}`)
  return file
}

const runPlaybook = async (newRoot: string, log: Log): Promise<void> => {
  const file = await findPlaybook(newRoot)
  const secrets = await readSecretVars(newRoot)
  const { report, failure } = openReport(log, masked(secrets), () => {}, join(newRoot, 'var/log/dracut-preboot.log'))
  const player = openPlayer({ node: 'localhost', newRoot, directory: dirname(file), secrets, report })
  const { plays } = await player.load(file)
  const summary = await log.step(`running ${file}`, () =>
    player.run({ playbook: file, plays, tags: ['secret', 'preboot'], variables: new Map(), groups: {} }),
  )
  if (exitCodeOf(summary) !== 0) throw new Failure('playbook.failed', failure() ?? `${file} failed`)
}

/**
 * The preboot phase where Warewulf's wwinit made the root: the secrets come from the server by NFS, the playbook from the
 * image itself. Returns the exit code. The secrets are gone when it ends, whatever happened.
 */
export const prebootCommand = async (newRoot: string): Promise<number> => {
  const log = openLog({ progress: () => {} })
  const place = join(newRoot, 'secrets')
  try {
    const server = warewulfServer(await readFile('/proc/cmdline', 'utf8'))
    if (server === undefined)
      throw new Failure('boot.server', 'the kernel command line names no server', { hint: 'wwinit.uri= brings it' })
    await mkdir(place, { recursive: true, mode: 0o700 })
    const options = ['ro', 'nosuid', 'nodev', 'noexec', 'nolock']
    await mount(log, { type: 'nfs', source: `${server}:${exported}`, target: place, options })
    await runPlaybook(newRoot, log)
    return 0
  } catch (thrown) {
    log.error(messageOf(thrown))
    return 1
  } finally {
    await unmount(log, place).catch((thrown) => log.error(messageOf(thrown)))
  }
}
