import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { inspect } from 'node:util'
import { Command, CommanderError } from 'commander'
import packageFile from '../package.json' with { type: 'json' }
import { adhocCommand } from './commands/adhoc.ts'
import { codeOf } from './commands/exitcode.ts'
import { inventoryCommand } from './commands/inventory.ts'
import { playbookCommand } from './commands/playbook.ts'
import { rolesCommand } from './commands/roles.ts'
import type { Surroundings } from './commands/surroundings.ts'
import { vaultCommands } from './commands/vault.ts'
import { Failure } from './failure.ts'
import { renderFailure } from './report/failure.ts'
import { hasColours, styleFor } from './report/style.ts'
import { languageVersion } from './run/magic.ts'

const commands = [adhocCommand, inventoryCommand, rolesCommand, vaultCommands]

/** The programs of Ansible that commands stand in for. */
const standIns = {
  adhoc: 'ansible',
  inventory: 'ansible-inventory',
  playbook: 'ansible-playbook',
  vault: 'ansible-vault',
}

/** The command line of `play`. */
export const createProgram = (surroundings: Surroundings): Command => {
  const program = new Command('play').version(packageFile.version).exitOverride().enablePositionalOptions()
  program.configureOutput({ writeOut: surroundings.out, writeErr: surroundings.error })
  playbookCommand(program, surroundings)
  playbookCommand(program.command('playbook'), surroundings)
  for (const add of commands) add(program, surroundings)
  // who asks ansible-playbook for its version wants to know the language
  const language = `[core ${languageVersion.get('full')}] (Prelude ${packageFile.version})`
  for (const [name, stoodInFor] of Object.entries(standIns)) {
    program.commands.find((each) => each.name() === name)?.version(`${stoodInFor} ${language}`, '--version')
  }
  return program
}

/** Loaded when somebody is asked. */
const readline = () => import('node:readline/promises')

/** Reads the lines of a standard input that is no terminal, one at a time. */
const lineReader = (): ((prompt: string) => Promise<string | undefined>) => {
  let iterator: AsyncIterator<string> | undefined
  return async (prompt) => {
    process.stderr.write(prompt)
    iterator ??= (await readline()).createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]()
    const { value, done } = await iterator.next()
    return done ? undefined : value
  }
}

const read = async (): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of process.stdin) parts.push(part)
  return Buffer.concat(parts)
}

const ask = async (prompt: string, isSecret: boolean): Promise<string | undefined> => {
  if (!process.stdin.isTTY) return undefined
  const { createInterface } = await readline()
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  // What is typed is not shown: the interface's echo is dropped after the prompt.
  if (isSecret)
    Object.assign(terminal, { _writeToOutput: (text: string) => text.includes(prompt) && process.stderr.write(prompt) })
  try {
    return await terminal.question(prompt)
  } finally {
    terminal.close()
    if (isSecret) process.stderr.write('\n')
  }
}

const columnsOf = (stream: NodeJS.WriteStream) => () => (stream.isTTY ? stream.columns : undefined)

const interruptible = async <T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const abort = new AbortController()
  const stop = () => abort.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  try {
    return await run(abort.signal)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
  }
}

/** Node decodes arguments as UTF-8, and what is none would name another file. @throws Failure `cli.encoding` */
const checkEncoding = (argv: readonly string[]): void => {
  if (!argv.some((word) => word.includes('\uFFFD')) || isUtf8(readFileSync('/proc/self/cmdline'))) return
  throw new Failure('cli.encoding', 'an argument is not in UTF-8', { hint: 'names of files and values must be UTF-8' })
}

/**
 * What nobody can end (a file of a server that is gone) must not hold the end of a run. At its exit Node would wait for the
 * thread that hangs: another program takes its place and ends.
 */
const ending = (code: number): number => {
  setTimeout(() => process.execve?.('/bin/sh', ['sh', '-c', `exit ${code}`], {}), 2000).unref()
  return code
}

/** `play` with these arguments: returns its exit code, and says on the standard error what it failed of. */
export const runProgram = async (argv: readonly string[], given: Omit<Surroundings, 'exit'>): Promise<number> => {
  const { environment, directory, columns, error } = given
  let code = 0
  const exit = (asked: number) => {
    code = asked
  }
  try {
    checkEncoding(argv)
    await createProgram({ ...given, exit }).parseAsync(argv, { from: 'user' })
    return code
  } catch (thrown) {
    const style = styleFor(hasColours({ isTTY: columns.error() !== undefined }, environment))
    if (thrown instanceof Failure) {
      error(`${renderFailure(thrown, { directory, style })}\n`)
    } else if (!(thrown instanceof CommanderError)) {
      error(`${style.failed('This is a mistake of play itself; please report it:')}\n${inspect(thrown)}\n`)
    }
    return codeOf(thrown)
  }
}

/** `play`: returns its exit code. */
export const main = async (argv: readonly string[]): Promise<number> => {
  const nextLine = lineReader()
  // The reader of a report may end early (`play site.yml | head -1`): the run goes on.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== 'EPIPE') throw thrown
    })
  }
  const code = await runProgram(argv, {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    columns: { out: columnsOf(process.stdout), error: columnsOf(process.stderr) },
    environment: process.env,
    directory: process.cwd(),
    home: resolve(import.meta.dirname, '..'),
    ask,
    answer: (prompt, isSecret) => (process.stdin.isTTY ? ask(prompt, isSecret) : nextLine(prompt)),
    read,
    interruptible,
  })
  return ending(code)
}
