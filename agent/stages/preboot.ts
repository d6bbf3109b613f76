import { appendFileSync, openSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { Reporter, RunEvent, TaskInfo } from '../../engine/report/event.ts'
import { humanReporter } from '../../engine/report/human.ts'
import { styleFor } from '../../engine/report/style.ts'
import { exitCodeOf } from '../../engine/run/run.ts'
import { readYaml } from '../../engine/vars/readyaml.ts'
import { type Dict, isDict } from '../../engine/vars/value.ts'
import type { Bundle } from '../../schema/types.ts'
import type { BootContext, BootStage } from '../context.ts'
import { placeFiles, readBundle } from '../preboot/bundle.ts'
import { masked } from '../preboot/mask.ts'
import { runBundle } from '../preboot/run.ts'
import { bodyOf } from '../system/http.ts'
import { runDirectory } from '../system/journal.ts'
import { removeSecrets } from './secrets.ts'

/** The bundle's files; they are of the playbook, and no secrets. */
const place = `${runDirectory}/site`

/**
 * What the plays said, without a secret in it. The switch stage lays it down in the new root's /var/log: mkdisk may still
 * put another directory there.
 */
export const prebootLog = `${runDirectory}/preboot.log`

const bundleLimit = 256 * 1024 ** 2

/** The variables of /secrets/secrets.yml, as plain values: no text in there is ever evaluated. */
const readSecrets = async (newRoot: string): Promise<Dict> => {
  const path = join(newRoot, 'secrets/secrets.yml')
  const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return ''
    throw thrown
  })
  try {
    const value = text.trim() === '' ? new Map() : readYaml(text)
    if (isDict(value)) return value
  } catch {
    // the parser's message may quote the secret
  }
  throw new Failure('secrets.variables', '/secrets/secrets.yml holds no YAML mapping')
}

/** What the console says of a run: a line for each task that did something or failed. */
const taskLine = (event: RunEvent, mask: (text: string) => string): string | undefined => {
  if (event.type === 'warning') return mask(`warning: ${event.message}`)
  if (event.type !== 'result') return undefined
  const { task, outcome } = event
  const { status, ms } = outcome
  return status === 'skipped'
    ? undefined
    : mask(`${status}: ${task.role ? `${task.role} : ` : ''}${task.name} (${Math.round(ms)} ms)`)
}

const openReport = (context: BootContext, mask: (text: string) => string) => {
  const { log } = context
  const file = openSync(prebootLog, 'a', 0o600)
  const write = (text: string) => appendFileSync(file, mask(text))
  const style = styleFor(false)
  const human = humanReporter({
    write,
    warn: (text) => write(`${text}\n`),
    style,
    verbosity: 0,
    diff: false,
    context: { directory: place, style },
  })
  let failed: { task: TaskInfo; message: string } | undefined
  const report: Reporter = (event) => {
    context.watchdog.progress()
    human(event)
    const line = taskLine(event, mask)
    if (line !== undefined) log.info(line)
    if (event.type !== 'result' || event.outcome.ignored) return
    const { status, failure, result, noLog } = event.outcome
    if (status !== 'failed' && status !== 'unreachable') return
    const said = noLog ? 'its output is hidden' : String(failure?.message ?? result.msg ?? result.stderr ?? '')
    failed = { task: event.task, message: mask(said.split('\n').slice(-3).join(' ').slice(0, 500)) }
  }
  return { report, failure: () => failed }
}

const run = async (context: BootContext) => {
  const { provisioner, newRoot, log } = context
  const bundle = await log.step('fetching the bundle', async () => {
    const json = await provisioner.get('/bundle', (answer) => bodyOf(answer, bundleLimit), { what: 'bundle' })
    const fetched = JSON.parse(json.toString()) as Bundle
    await placeFiles(fetched, place, (digest) =>
      provisioner.get(`/bundle/files/${digest}`, (answer) => bodyOf(answer, bundleLimit), { what: 'bundle file' }),
    )
    return fetched
  })
  const secrets = await readSecrets(newRoot)
  const { report, failure } = openReport(context, masked(secrets))
  const plays = readBundle(bundle, place)
  const summary = await log.step(`running ${bundle.playbook} with tags ${bundle.tags.join(',')}`, () =>
    runBundle({ bundle, plays, directory: place, newRoot, secrets, report, signal: new AbortController().signal }),
  )
  const stats = summary.stats.get(bundle.node)
  const failed = failure()
  if (exitCodeOf(summary) !== 0)
    throw new Failure(
      'bundle.failed',
      `the task '${failed?.task.name ?? 'of unknown name'}' failed: ${failed?.message ?? ''}`,
      {
        hint: `${prebootLog} says more`,
      },
    )
  return {
    playbook: bundle.playbook,
    tags: bundle.tags,
    ok: stats?.ok ?? 0,
    changed: stats?.changed ?? 0,
    skipped: stats?.skipped ?? 0,
  }
}

/** Runs the node's bundle on the new root with its tags, then takes the secrets away whatever came of it. */
export const preboot: BootStage = {
  name: 'preboot',
  async run(context) {
    try {
      return await run(context)
    } finally {
      await removeSecrets(context)
      await rm(place, { recursive: true, force: true })
    }
  },
}
