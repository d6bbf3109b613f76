import type { AtParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './at.schema.json' with { type: 'json' }

/** What the job runs: the command, or the host's script. */
const scriptOf = async (host: Host, { command, script_file }: AtParameters): Promise<string> =>
  command ?? runOrFail(host, sh`cat -- ${script_file ?? ''}`)

/** Numbers of the waiting jobs that run the script. */
const waiting = async (host: Host, script: string): Promise<string[]> => {
  const mark = '--- job '
  const output = await host.run(sh`command -v atq >/dev/null && command -v at >/dev/null || exit 3
    atq | while read -r job rest; do echo ${mark}"$job"; at -c "$job"; done`)
  if (output.code === 3) {
    throw new Failure('module.tool', 'the host has no at', { at: host.at, hint: "install 'at' with an earlier task" })
  }
  const jobs = output.stdout.toString().split(mark).slice(1)
  return jobs.filter((job) => job.includes(script.trim())).map((job) => job.slice(0, job.indexOf('\n')))
}

export const at = module<AtParameters>('at', schema as ModuleSchema, async function* (host, params) {
  const { state, count, units, unique } = params
  const fail = (message: string) => new Failure('module.parameter', message, { at: host.at })
  const script = await scriptOf(host, params)
  if (script.trim() === '') throw fail("'command' is empty")
  if (script.includes('\0')) throw fail("'command' holds a NUL character, which no shell reads")
  if (state === 'present' && (count === undefined || units === undefined)) {
    throw fail("at needs 'count' and 'units' for a job that has to wait")
  }
  if (count !== undefined && count < 0) throw fail(`'count' must not be negative: ${count}`)
  const jobs = state === 'absent' || unique ? await waiting(host, script) : []
  if (state === 'absent') {
    if (jobs.length > 0) {
      yield* change({ what: `remove the jobs ${jobs.join(', ')}`, apply: () => runOrFail(host, sh`at -r ${jobs}`) })
    }
    return { state }
  }
  if (jobs.length > 0) return { state }
  yield* change({
    what: `run ${script.trim().split('\n')[0]} in ${count} ${units}`,
    apply: () =>
      runOrFail(host, sh`at now + ${count ?? 0} ${units ?? ''}`, {
        stdin: script.endsWith('\n') ? script : `${script}\n`,
      }),
  })
  return { state, script_file: params.script_file ?? null, count, units }
})
