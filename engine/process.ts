import { spawn } from 'node:child_process'
import { Failure } from './failure.ts'

export type ProcessOutput = { readonly code: number; readonly stdout: string; readonly stderr: string }

export type ProcessOptions = {
  readonly stdin?: string | Uint8Array
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Milliseconds after which the process group is killed; none by default. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /** Called with each line of output as it arrives. */
  readonly line?: (text: string) => void
}

/**
 * Runs a system tool on this machine, without a shell, and returns its output whatever its exit code.
 * Throws a Failure when the tool is missing or the time is over.
 */
export const execute = async (
  file: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessOutput> => {
  const { promise, resolve, reject } = Promise.withResolvers<ProcessOutput>()
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: options.timeout !== undefined,
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let pending = ''
  const collect = (into: Buffer[]) => (chunk: Buffer) => {
    into.push(chunk)
    if (!options.line) return
    const lines = (pending + chunk.toString()).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) options.line(line)
  }
  child.stdout.on('data', collect(stdout))
  child.stderr.on('data', collect(stderr))
  const kill = () => {
    try {
      if (child.pid) process.kill(options.timeout === undefined ? child.pid : -child.pid, 'SIGKILL')
    } catch {
      // it has ended already
    }
  }
  const timer = options.timeout
    ? setTimeout(() => {
        kill()
        // not when it has ended: a process that waits for a dead disk or server cannot even be killed
        reject(new Failure('cli.tool', `${file} did not end within ${options.timeout} ms`))
      }, options.timeout)
    : undefined
  options.signal?.addEventListener('abort', kill, { once: true })
  child.on('error', (cause: NodeJS.ErrnoException) => {
    clearTimeout(timer)
    const hint =
      cause.code === 'ENOENT' ? `install the program '${file}' (scripts/setup.sh lists the packages)` : undefined
    reject(new Failure('cli.tool', `cannot run ${file}: ${cause.message}`, { cause, hint }))
  })
  child.on('close', (code, signal) => {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', kill)
    resolve({
      code: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15),
      stdout: Buffer.concat(stdout).toString(),
      stderr: Buffer.concat(stderr).toString(),
    })
  })
  child.stdin.on('error', () => {}) // the tool may end without reading its input
  child.stdin.end(options.stdin)
  return promise
}

/** A system tool ended with an exit code that is not 0. */
export class ToolFailure extends Failure {
  readonly exitCode: number
  /** The last lines of what it wrote. */
  readonly output: readonly string[]

  constructor(command: string, { code, stdout, stderr }: ProcessOutput) {
    const said = (stderr.trim() || stdout.trim()).split('\n').slice(-5)
    const output = said.filter((line) => line !== '')
    super('cli.tool', `${command} ended with ${code}${output.length > 0 ? `:\n${output.join('\n')}` : ''}`)
    this.exitCode = code
    this.output = output
  }
}

/** Runs a system tool that must succeed; a ToolFailure carries its last lines otherwise. Returns its standard output. */
export const tool = async (file: string, args: readonly string[], options: ProcessOptions = {}): Promise<string> => {
  const output = await execute(file, args, options)
  if (output.code === 0) return output.stdout
  throw new ToolFailure([file, ...args].join(' '), output)
}
