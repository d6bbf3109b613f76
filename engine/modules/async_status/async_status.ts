import type { AsyncStatusParameters } from '../../../schema/types.ts'
import { commandResult } from '../commandresult.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import schema from './async_status.schema.json' with { type: 'json' }
import { type JobState, readJob, removeJob } from './job.ts'

/** What a job that has not ended prints: nothing yet. */
const silent = { stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] }

const reasons = {
  late: 'the task took longer than its `async` allows, and was ended',
  lost: 'the task ended without a result: it was killed, or the host was restarted',
} as const

const told = (jid: string, job: JobState): Result => {
  const names = { ansible_job_id: jid, started: 1 }
  switch (job.state) {
    case 'missing':
      return { failed: true, ...names, finished: 1, msg: 'could not find job' }
    case 'running':
      return { changed: false, ...names, finished: 0, results_file: job.directory, ...silent }
    case 'late':
    case 'lost':
      return { failed: true, ...names, finished: 1, results_file: job.directory, ...silent, msg: reasons[job.state] }
    case 'ended': {
      const { cmd, ...result } = commandResult(job.cmd, job)
      return { ...(cmd === null ? {} : { cmd }), ...result, ...names, finished: 1, results_file: job.directory }
    }
  }
}

/** A job that runs in this program: all modules but those that run a command of the user's. */
const ownJob = async (host: Host, jid: string): Promise<Result | undefined> => {
  const job = host.controller.job?.(jid)
  if (!job) return undefined
  const names = { ansible_job_id: jid, started: 1, results_file: job.directory }
  if (job.result === undefined) return { changed: false, ...names, finished: 0, ...silent }
  return { ...job.result, ...names, finished: 1 }
}

export const async_status = module<AsyncStatusParameters>(
  'async_status',
  schema as ModuleSchema,
  async function* (host, { jid, mode }) {
    if (mode === 'cleanup') {
      const erased = yield* change({ what: `remove the job ${jid}`, apply: () => removeJob(host.run, jid) })
      return { changed: false, ansible_job_id: jid, erased: erased ?? '', finished: 1, started: 1 }
    }
    return (await ownJob(host, jid)) ?? told(jid, await readJob(host.run, jid))
  },
)
