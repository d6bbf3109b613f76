import { posix } from 'node:path'
import type { CronParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { contentDiff } from '../contentdiff.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './cron.schema.json' with { type: 'json' }
import { jobNames, variableNames, withJob, withoutJob, withoutVariable, withVariable } from './crontab.ts'

const check = (host: Host, params: CronParameters): string => {
  const { name, job, state, env, cron_file, user, special_time } = params
  const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
  if (name === undefined) throw fail("cron needs 'name' to find the entry again")
  if (state === 'present' && job === undefined) throw fail(`cron needs 'job' for '${name}'`)
  if (/\n/.test(`${name}${job ?? ''}`))
    throw fail('an entry of a crontab stands on one line', "write '%' for a line break")
  if (cron_file !== undefined && user === undefined && !env && state === 'present') {
    throw fail("cron needs 'user' with 'cron_file'", 'a file of /etc/cron.d says as whom each job runs')
  }
  const times = [params.minute, params.hour, params.day, params.month, params.weekday]
  if (special_time !== undefined && times.some((time) => time !== '*')) {
    throw fail("cron takes either 'special_time' or minute, hour, day, month and weekday")
  }
  return name
}

/** The line of a job. */
export const jobLine = (params: CronParameters): string => {
  const { minute, hour, day, month, weekday, special_time, cron_file, user, job = '', disabled } = params
  const when = special_time === undefined ? [minute, hour, day, month, weekday].join(' ') : `@${special_time}`
  const who = cron_file === undefined ? [] : [user ?? 'root']
  return `${disabled ? '#' : ''}${[when, ...who, job].join(' ')}`
}

/** The crontab as it has to be. */
const wanted = (host: Host, params: CronParameters, name: string, text: string): string => {
  const { state, env, job = '', insertafter, insertbefore } = params
  if (!env) return state === 'absent' ? withoutJob(text, name) : withJob(text, { name, line: jobLine(params) })
  if (state === 'absent') return withoutVariable(text, name)
  const after = withVariable(text, name, job, { after: insertafter, before: insertbefore })
  if (after !== undefined) return after
  throw new Failure('module.parameter', `the crontab has no variable '${insertafter ?? insertbefore}'`, { at: host.at })
}

/** Changes the crontab of a user, by the program that knows where it stands. */
async function* changeTable(host: Host, params: CronParameters, name: string): Steps {
  const who = params.user === undefined ? [] : ['-u', params.user]
  const output = await host.run(sh`crontab ${who} -l`)
  if (output.code === 127) {
    throw new Failure('module.command', 'this host has no crontab', {
      at: host.at,
      hint: "install 'cron' or 'cronie' with an earlier task, or use cron_file",
    })
  }
  const before = output.code === 0 ? output.stdout.toString() : ''
  const after = wanted(host, params, name, before)
  if (before === after) return { jobs: jobNames(after), envs: variableNames(after) }
  const backup = yield* change({
    what: `${params.state === 'absent' ? 'remove' : 'set'} '${name}' in the crontab`,
    diff: contentDiff('crontab', Buffer.from(before), Buffer.from(after)),
    apply: async () => {
      const kept = params.backup
        ? await runOrFail(
            host,
            sh`copy=$(mktemp -t crontab.XXXXXX) || exit
              cat >"$copy" || { rm -f -- "$copy"; exit 1; }
              printf %s "$copy"`,
            {
              stdin: before,
            },
          )
        : undefined
      await runOrFail(host, sh`crontab ${who} -`, { stdin: after })
      return kept
    },
  })
  const copy = backup === undefined ? {} : { backup_file: backup }
  return { jobs: jobNames(after), envs: variableNames(after), ...copy }
}

/** Changes a file of /etc/cron.d; one that is left empty goes. */
async function* changeFile(host: Host, params: CronParameters, name: string, path: string): Steps {
  const stat = await host.stat(path)
  const before = stat ? (await host.read(path)).toString() : undefined
  const after = wanted(host, params, name, before ?? '')
  const result = { jobs: jobNames(after), envs: variableNames(after), cron_file: params.cron_file }
  if (after !== '' || before === undefined) {
    if (after === '') return { ...result, state: 'absent' }
    const options = stat ? {} : { options: { mode: 0o644 } }
    return { ...result, ...(yield* rewriteFile(host, { path, before, after, backup: params.backup, ...options })) }
  }
  yield* change({
    what: `remove ${path}`,
    diff: contentDiff(path, Buffer.from(before), undefined),
    apply: () => runOrFail(host, sh`rm -f -- ${path}`),
  })
  return { ...result, state: 'absent' }
}

export const cron = module<CronParameters>('cron', schema as ModuleSchema, async function* (host, params) {
  const name = check(host, params)
  const { cron_file } = params
  if (cron_file === undefined) return yield* changeTable(host, params, name)
  return yield* changeFile(host, params, name, posix.resolve('/etc/cron.d', cron_file))
})
