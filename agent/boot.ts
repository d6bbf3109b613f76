import { readFile } from 'node:fs/promises'
import { Failure } from '../engine/failure.ts'
import packageJson from '../package.json' with { type: 'json' }
import type { BootManifest } from '../schema/types.ts'
import type { BootContext, BootStage, Details } from './context.ts'
import { detailsOf, failBoot, sentenceOf } from './failed.ts'
import { createEvents } from './system/events.ts'
import { type Handover, writeHandover } from './system/handover.ts'
import { type Journal, openLog } from './system/journal.ts'
import { parseJson } from './system/json.ts'
import { mebibytes } from './system/memory.ts'
import { createProvisioner } from './system/provisioner.ts'
import { armWatchdog, noWatchdog, type Watchdog } from './system/watchdog.ts'

export type BootOptions = {
  /** boot.json, as the per-boot initrd brings it. */
  readonly manifest: string
  readonly newRoot: string
}

/** Seconds without progress that are too many, and seconds for a fetch, where the manifest names none. */
const usual = { watchdog: 300, budget: 600 }

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

/** What the stages of a boot share. The handover is kept current from the session on: an agent may be killed at any moment. */
export const openContext = (
  manifest: BootManifest,
  newRoot: string,
  log: Journal,
  watchdog: Watchdog,
  ending: AbortSignal,
  handover: Handover | undefined = undefined,
): BootContext => {
  const { node, boot, servers, ca } = manifest
  const { name, version, digest } = manifest.image
  const image = { name, ...(version === undefined ? {} : { version }), digest }
  const budget = manifest.retry?.budget ?? usual.budget
  const former = handover === undefined ? {} : { session: handover.session }
  const provisioner = createProvisioner({ servers, ca, node, boot, budget, log, ...former })
  const events = createEvents({
    node,
    boot,
    log,
    post: provisioner.post,
    ready: () => provisioner.session() !== undefined,
    ...(handover === undefined ? {} : { sequence: handover.sequence, pending: handover.pending }),
    changed: () => {
      const session = provisioner.session()
      if (session) writeHandover({ session, servers, ca, image, ...events.rest() })
    },
  })
  return { manifest, newRoot, log, events, provisioner, watchdog, ending }
}

/** Runs one stage between its events; returns its milliseconds. */
const runStage = async (
  name: BootStage['name'],
  run: () => Promise<Details>,
  { events }: BootContext,
  log: Journal,
): Promise<number> => {
  const start = performance.now()
  const took = () => Math.round(performance.now() - start)
  events.add(name, 'started')
  log.stage(name)
  try {
    const details = await log.step(`stage ${name}`, run)
    events.add(name, 'finished', { ms: took(), details })
    return took()
  } catch (thrown) {
    events.add(name, 'failed', { ms: took(), message: sentenceOf(thrown), details: detailsOf(thrown) })
    throw thrown
  }
}

/** The first lines of a boot: who, what, and how often it was tried. */
const greet = (log: Journal, { node, boot, image, retry }: BootManifest): void => {
  const { attempt = 1, last } = retry ?? {}
  const version = (image.version ?? image.digest).slice(0, 'sha256:'.length + 12)
  log.line(`Prelude ${packageJson.version}: ${node}, image ${image.name}@${version}, boot ${boot}`)
  if (attempt > 1) log.line(`attempt ${attempt}; the last: ${last ?? 'nothing was heard of it'}`)
}

/**
 * Boots a node: the stages in order, each framed by events. Returns 0 when the new root is ready. A failure is reported,
 * waited out and ends in a restart of the node, with the watchdog armed in case even that hangs.
 */
export const boot = async (stages: readonly BootStage[], options: BootOptions): Promise<number> => {
  let watchdog: Watchdog = noWatchdog
  const log = openLog({ progress: () => watchdog.progress() })
  let context: BootContext | undefined
  let where = 'before the first stage'
  const end = new AbortController()
  try {
    const read = readManifest(options.manifest)
    const seconds = await read.then(
      (known) => known.watchdog,
      () => undefined,
    )
    watchdog = await armWatchdog(seconds ?? usual.watchdog, log)
    const manifest = await read
    greet(log, manifest)
    const known = openContext(manifest, options.newRoot, log, watchdog, end.signal)
    context = known
    context.events.add('boot', 'started', { details: { attempt: manifest.retry?.attempt ?? 1 } })
    const begun = new Map<BootStage, () => Promise<Details>>()
    const prepare = () => {
      for (const stage of stages) {
        if (begun.has(stage) || !stage.prepare) continue
        try {
          begun.set(stage, stage.prepare(known))
        } catch (thrown) {
          begun.set(stage, () => Promise.reject(thrown)) // told as what it is: the stage's own
        }
      }
    }
    const took: string[] = []
    for (const stage of stages) {
      where = `stage ${stage.name}`
      const run = begun.get(stage) ?? (() => stage.run(known, prepare))
      took.push(`${stage.name} ${await runStage(stage.name, run, known, log)}`)
    }
    end.abort()
    const ms = Math.round(performance.now())
    const maxRss = process.resourceUsage().maxRSS * 1024 // bytes; the kernel counts in KiB
    context.events.add('boot', 'finished', { ms, details: { maxRss } })
    await context.events.flush()
    await watchdog.handOver(options.newRoot)
    log.line(
      `${manifest.node} is ready for its root after ${ms} ms: ${took.join(', ')}; the agent took ${mebibytes(maxRss)}`,
    )
    await log.drain()
    return 0
  } catch (thrown) {
    end.abort()
    return failBoot(context, log, thrown, `${where}, ${Math.round(performance.now())} ms after the start`)
  }
}
