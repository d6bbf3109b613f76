import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, messageOf } from '../engine/failure.ts'
import type { Log } from '../engine/log.ts'
import type { BootManifest } from '../schema/types.ts'
import type { BootContext, BootStage } from './context.ts'
import { removeSecrets } from './stages/secrets.ts'
import { createEvents } from './system/events.ts'
import { writeHandover } from './system/handover.ts'
import { openLog } from './system/journal.ts'
import { parseJson } from './system/json.ts'
import { createProvisioner } from './system/provisioner.ts'
import { restart } from './system/restart.ts'
import { armWatchdog, noWatchdog, type Watchdog } from './system/watchdog.ts'

export type BootOptions = {
  /** boot.json, as the per-boot initrd brings it. */
  readonly manifest: string
  readonly newRoot: string
}

/** Exit code that tells the hook to offer a shell; everything else but 0 means restart. */
export const shellWanted = 3

export const readManifest = async (path: string): Promise<BootManifest> => {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new Failure('agent.manifest', `no boot manifest at ${path}`, {
      cause,
      hint: "the boot script must load a second initrd: 'initrd SERVER/boot/initrd/…'",
    })
  }
  const manifest = parseJson<BootManifest>(text, `the boot manifest ${path}`)
  if (manifest.version !== 1)
    throw new Failure('agent.manifest', `boot manifest of version ${manifest.version}; this agent knows version 1`, {
      hint: 'publish the image again with an agent as new as the provisioner',
    })
  return manifest
}

/** Runs one stage between its events. */
const runStage = async (stage: BootStage, context: BootContext): Promise<void> => {
  const start = performance.now()
  context.events.add(stage.name, 'started')
  try {
    const details = await context.log.step(`stage ${stage.name}`, () => stage.run(context))
    context.events.add(stage.name, 'finished', { ms: performance.now() - start, details })
  } catch (thrown) {
    context.events.add(stage.name, 'failed', { ms: performance.now() - start, message: messageOf(thrown) })
    throw thrown
  }
}

/** Seconds before a node that failed restarts: not all of a rack in the same second. */
const restartDelay = () => 10 + Math.random() * 20

const fail = async (context: BootContext | undefined, log: Log, thrown: unknown): Promise<number> => {
  const hint = thrown instanceof Failure && thrown.hint ? ` (${thrown.hint})` : ''
  log.error(`the boot failed: ${messageOf(thrown)}${hint}`)
  if (context) {
    await removeSecrets(context).catch((error) => log.error(messageOf(error)))
    context.events.add('boot', 'failed', { ms: performance.now(), message: messageOf(thrown) })
    await context.events.flush()
    if (context.manifest.retry?.shell) {
      log.warning('offering a shell instead of the restart')
      await context.watchdog.release()
      return shellWanted
    }
  }
  const seconds = restartDelay()
  log.warning(`the node restarts in ${Math.round(seconds)} s`)
  await sleep(seconds * 1000)
  await restart(log)
  return 1
}

/**
 * Boots a node: the stages in order, each framed by events. Returns 0 when the new root is ready. A failure is reported,
 * waited out and ends in a restart of the node, with the watchdog armed in case even that hangs.
 */
export const boot = async (stages: readonly BootStage[], options: BootOptions): Promise<number> => {
  let watchdog: Watchdog = noWatchdog
  const log = openLog(() => watchdog.progress())
  let context: BootContext | undefined
  try {
    const manifest = await readManifest(options.manifest)
    const { node, boot: id, servers, ca } = manifest
    log.info(`node ${node}, boot ${id}, image ${manifest.image.name}`)
    watchdog = await armWatchdog(manifest.watchdog ?? 300, log)
    const budget = manifest.retry?.budget ?? 600
    const provisioner = createProvisioner({ servers, ca, node, boot: id, budget, log })
    const events = createEvents({
      node,
      boot: id,
      log,
      post: provisioner.post,
      ready: () => provisioner.session() !== undefined,
    })
    context = { manifest, newRoot: options.newRoot, log, events, provisioner, watchdog }
    events.add('boot', 'started')
    for (const stage of stages) await runStage(stage, context)
    events.add('boot', 'finished', { ms: performance.now() })
    await events.flush()
    const session = provisioner.session()
    const { pending, sequence } = events.rest()
    if (session) await writeHandover({ session, servers, ca, pending, sequence })
    await watchdog.release()
    log.info(`${node} is ready for its root`)
    return 0
  } catch (thrown) {
    return fail(context, log, thrown)
  }
}
