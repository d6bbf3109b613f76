import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure, messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { exitCodeOf } from '../../engine/run/run.ts'
import { findSecrets, mountSecrets, removeSecrets, showInRoot } from '../stages/secrets.ts'
import { makeBelow, resolveBelow } from '../system/below.ts'
import { parseCmdline } from '../system/cmdline.ts'
import { openLog } from '../system/journal.ts'
import { warewulfBudget, warewulfSecrets } from '../system/warewulf.ts'
import { defaultTaskTimeout } from './limits.ts'
import { maskOf } from './mask.ts'
import { openReport } from './report.ts'
import { openPlayer } from './run.ts'
import { readSecrets } from './secretvars.ts'

/** Where such images keep the repository they were made with. */
const repository = '/container_repo/ansible'

/** Seconds of `prelude.task_timeout=`, or what holds without it. */
export const taskTimeoutOf = (cmdline: string): number => {
  const seconds = Number(parseCmdline(cmdline).get('prelude.task_timeout'))
  return Number.isInteger(seconds) && seconds > 0 ? seconds : defaultTaskTimeout
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

const runPlaybook = async (newRoot: string, log: Log, taskTimeout: number): Promise<void> => {
  const file = await findPlaybook(newRoot)
  const { variables, hidden } = await readSecrets(newRoot)
  const mask = maskOf(hidden)
  const path = join(await makeBelow(newRoot, '/var/log'), 'dracut-preboot.log')
  const { report, failure } = openReport(log, mask, () => {}, path)
  const player = openPlayer({
    node: 'localhost',
    newRoot,
    directory: dirname(file),
    secrets: variables,
    report,
    taskTimeout,
  })
  try {
    const { plays } = await player.load(file)
    const summary = await log.step(`running ${file}`, () =>
      player.run({ playbook: file, plays, tags: ['secret', 'preboot'], variables: new Map(), groups: {} }),
    )
    if (exitCodeOf(summary) !== 0) throw new Failure('playbook.failed', failure() ?? `${file} failed`)
  } catch (thrown) {
    throw new Failure('playbook.failed', mask(messageOf(thrown)))
  }
}

/**
 * The preboot phase where Warewulf's wwinit made the root: the secrets come from the server by NFS, the playbook from the
 * image itself. Returns the exit code; what becomes of a node whose playbook failed is the hook's business. The secrets
 * are gone when it ends, whatever happened.
 */
export const prebootCommand = async (newRoot: string): Promise<number> => {
  const log = openLog({ progress: () => {} })
  try {
    const cmdline = await readFile('/proc/cmdline', 'utf8')
    const exported = await warewulfSecrets()
    await mountSecrets(log, exported, warewulfBudget)
    await findSecrets({ source: exported.source, required: ['secrets.yml'], optional: [] })
    await showInRoot(log, newRoot)
    await runPlaybook(newRoot, log, taskTimeoutOf(cmdline))
    return 0
  } catch (thrown) {
    log.error(`preboot failed: ${messageOf(thrown)}`)
    return 1
  } finally {
    await removeSecrets({ log, newRoot }).catch((thrown) => log.error(messageOf(thrown)))
  }
}
