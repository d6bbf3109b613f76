import { randomInt } from 'node:crypto'
import { type Command, quote, sh, verbatim } from '../../command.ts'
import type { Output, RunOptions } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'

/** How a command is run on the host where the job is. */
export type Run = (command: Command, options?: RunOptions) => Promise<Output>

export const newJobId = (): string => `j${randomInt(1e11, 1e12)}.${process.pid}`

/** Jobs keep what they are and come to in a directory of their own, which only their user reads. */
const findJob = (id: string): Command =>
  sh`mask=$(umask); umask 077
root=\${ANSIBLE_ASYNC_DIR:-~/.ansible_async}
case $root in '~'/*) root=~/\${root#??} ;; esac
job=$root/${id}`

/**
 * The process that outlives us: it runs the command with its streams in files, notes its exit code last, and ends the
 * whole session when the time is over.
 */
const runner = (seconds: number): string => `cd "$1" || exit
date +%s >started
(
  n=0
  while [ $n -lt ${seconds} ]; do sleep 1; [ -e code ] && exit; n=$((n + 1)); done
  date +%s >ended; : >late; kill -KILL 0
) </dev/null >/dev/null 2>&1 &
(umask "$2"; . ./command) <input >stdout 2>stderr
echo $? >code.new; date +%s >ended; mv code.new code
`

export type Start = {
  readonly id: string
  readonly command: Command
  readonly options: RunOptions
  /** Seconds that it may take. */
  readonly seconds: number
  /** What the result tells as \`cmd\`. */
  readonly shown: unknown
}

/** Starts a command that goes on when the connection has ended; returns where its job is kept. @throws Failure */
export const startJob = async (run: Run, { id, command, options, seconds, shown }: Start): Promise<string> => {
  const { stdin, environment = {}, directory } = options
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}\n`)
  const change = directory === undefined ? '' : `cd ${quote(directory)} || exit\n`
  const text = `${exports.join('')}${change}eval ${quote(command.text)}\n`
  const launch = sh`${findJob(id)}
command -v setsid >/dev/null || { echo 'a task in the background needs the program setsid on the host' >&2; exit 69; }
mkdir -p "$root" && mkdir "$job" || exit
{ cat >"$job/input" && printf %s ${text} >"$job/command" && printf %s ${JSON.stringify(shown ?? null)} >"$job/cmd" &&
  printf %s ${runner(seconds)} >"$job/runner"; } || { rm -rf "$job"; exit 1; }
setsid /bin/sh "$job/runner" "$job" "$mask" </dev/null >/dev/null 2>&1 &
echo $! >"$job/pid"
printf %s "$job"`
  const output = await run(launch, { stdin: stdin ?? '', ...(options.environment ? { environment } : {}) })
  if (output.code === 0) return output.stdout.toString()
  throw new Failure('module.async', `cannot start the task in the background: ${output.stderr.toString().trim()}`)
}

export type JobState =
  | { readonly state: 'missing' }
  | { readonly state: 'running' | 'late' | 'lost'; readonly directory: string }
  | {
      readonly state: 'ended'
      readonly directory: string
      readonly cmd: unknown
      readonly output: Output
      /** Milliseconds since 1970. */
      readonly start: number
      readonly end: number
    }

/** How far a job is. */
export const readJob = async (run: Run, id: string): Promise<JobState> => {
  const look = sh`${findJob(id)}
[ -d "$job" ] || { echo missing; exit; }
if [ -e "$job/code" ]; then echo ended; elif [ -e "$job/late" ]; then echo late
elif kill -0 "$(cat "$job/pid" 2>/dev/null)" 2>/dev/null; then echo running
elif [ -e "$job/code" ]; then echo ended; else echo lost; fi
echo "$job"; cat "$job/code" "$job/started" "$job/ended" "$job/cmd" 2>/dev/null`
  const [state, directory = '', code, started, ended, ...cmd] = (await run(look)).stdout.toString().split('\n')
  if (state !== 'ended') return state === 'missing' ? { state } : { state: state as 'running', directory }
  const content = async (name: string) => (await run(sh`cat ${directory}/${verbatim(name)}`)).stdout
  const output = { code: Number(code), stdout: await content('stdout'), stderr: await content('stderr') }
  const start = Number(started) * 1000
  const end = Math.max(start, Number(ended) * 1000) // the clock may have been set back
  return { state, directory, cmd: JSON.parse(cmd.join('\n') || 'null'), output, start, end }
}

/** Removes what a job has left; false when there was nothing. */
export const removeJob = async (run: Run, id: string): Promise<string> =>
  (await run(sh`${findJob(id)}; rm -rf "$job"; printf %s "$job"`)).stdout.toString()
