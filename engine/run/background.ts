import { setTimeout } from 'node:timers/promises'
import { Failure, messageOf } from '../failure.ts'
import { newJobId, readJob, removeJob, startJob } from '../modules/async_status/job.ts'
import type { Host, Module, Result, Steps } from '../modules/module.ts'
import { type ModuleRun, runModule } from '../modules/runmodule.ts'
import { monotonic } from '../monotonic.ts'
import { splitWords } from '../words.ts'

/** A task that goes on in this program while the play does. */
export type OwnJob = { readonly directory: string; result?: Result | undefined; readonly ended: Promise<void> }

export type Background = {
  /** Seconds that the task may take. */
  readonly seconds: number
  /** Seconds between two looks; 0: the play goes on, and async_status tells of the job. */
  readonly poll: number
  readonly jobs: Map<string, OwnJob>
  /** Called at each look. */
  readonly tell: (job: string, isFinished: boolean) => void
}

/** Modules whose work is one command of the user's, which the host itself can go on with. */
const commands = new Set(['command', 'shell', 'script', 'raw'])

/** Thrown through a module whose command has been started and is not waited for. */
class Detached {
  readonly directory: string
  constructor(directory: string) {
    this.directory = directory
  }
}

const shownCommand = (name: string, params: Record<string, unknown>): unknown => {
  if (name === 'shell') return params['cmd']
  return name === 'command' ? (params['argv'] ?? splitWords(String(params['cmd'] ?? ''))) : undefined
}

const late = (seconds: number): Failure =>
  new Failure('module.async', `async task did not complete within the requested time - ${seconds}s`)

/** Whether the host went away for a moment: a job does not need us to go on. */
const isAway = (thrown: unknown): boolean => thrown instanceof Failure && thrown.code === 'connection.unreachable'

/** A command as a job on the host; what it came to, or Detached when nobody waits. */
const commandRun = (host: Host, id: string, shown: unknown, background: Background): Host['run'] => {
  const { seconds, poll, tell } = background
  return async (command, options = {}) => {
    const directory = await startJob(host.run, { id, command, options, seconds, shown })
    if (poll === 0) throw new Detached(directory)
    const deadline = monotonic() + seconds * 1000
    for (;;) {
      await setTimeout(poll * 1000)
      const job = await readJob(host.run, id).catch((thrown: unknown) => {
        if (!isAway(thrown) || monotonic() > deadline) throw thrown
        return { state: 'running' } as const
      })
      tell(id, job.state === 'ended')
      if (job.state === 'ended') {
        await removeJob(host.run, id)
        return job.output
      }
      if (job.state === 'lost') throw new Failure('module.async', 'the task ended without a result')
      if (job.state !== 'running' || monotonic() > deadline) throw late(seconds)
    }
  }
}

/** A module whose changes, and nothing else of it, run their commands as jobs. */
const withJobs = <P>(module: Module<P>, host: Host, run: Host['run']): { module: Module<P>; host: Host } => {
  let isApplying = false
  const steps = async function* (inner: Steps): Steps {
    let step = await inner.next()
    while (!step.done) {
      const { apply, ...rest } = step.value
      const applied = async () => {
        isApplying = true
        return apply().finally(() => {
          isApplying = false
        })
      }
      try {
        step = await inner.next(yield { ...rest, apply: applied })
      } catch (thrown) {
        step = await inner.throw(thrown)
      }
    }
    return step.value
  }
  return {
    module: { ...module, run: (given, params) => steps(module.run(given, params)) },
    host: { ...host, run: (command, options) => (isApplying ? run : host.run)(command, options) },
  }
}

const started = (id: string, directory: string): ModuleRun => {
  const result = { changed: true, started: 1, finished: 0, ansible_job_id: id, results_file: directory }
  return { result, changed: true, diffs: [], changes: [] }
}

/** Any other module: its steps are ours, so it goes on in this program. */
const inThisProgram = async <P>(
  module: Module<P>,
  host: Host,
  params: P,
  id: string,
  { seconds, poll, jobs, tell }: Background,
): Promise<ModuleRun> => {
  const abort = new AbortController()
  const limited: Host = { ...host, run: (command, given) => host.run(command, { ...given, signal: abort.signal }) }
  const limit = setTimeout(seconds * 1000, 'late', { ref: false })
  const running = runModule(module, limited, params)
  const ended = Promise.race([running, limit]).then((run): ModuleRun => {
    if (run !== 'late') return run as ModuleRun
    abort.abort()
    running.catch(() => {})
    const failure = late(seconds)
    return { result: { failed: true, msg: failure.message }, changed: false, diffs: [], changes: [], failure }
  })
  const directory = `~/.ansible_async/${id}`
  if (poll > 0) {
    const run = await ended
    tell(id, true)
    return { ...run, result: { ...run.result, ansible_job_id: id, finished: 1, started: 1, results_file: directory } }
  }
  const job: OwnJob = {
    directory,
    ended: ended
      .then(
        ({ result }) => result,
        (thrown: unknown) => ({ failed: true, msg: messageOf(thrown) }),
      )
      .then((result) => {
        job.result = result
      }),
  }
  jobs.set(id, job)
  return started(id, directory)
}

/** Runs a module in the background: `async`. A command of the user's goes on without us, also when the play has ended. */
export const runInBackground = async <P>(
  module: Module<P>,
  host: Host,
  params: P,
  background: Background,
): Promise<ModuleRun> => {
  if (host.check) throw new Failure('module.async', 'check mode and async cannot be used on same task', { at: host.at })
  const id = newJobId()
  if (!commands.has(module.name)) return inThisProgram(module, host, params, id, background)
  const shown = shownCommand(module.name, params as Record<string, unknown>)
  const job = withJobs(module, host, commandRun(host, id, shown, background))
  try {
    const run = await runModule(job.module, job.host, params)
    if (background.poll === 0) return run
    return { ...run, result: { ...run.result, ansible_job_id: id, finished: 1, started: 1 } }
  } catch (thrown) {
    if (thrown instanceof Detached) return started(id, thrown.directory)
    throw thrown
  }
}
