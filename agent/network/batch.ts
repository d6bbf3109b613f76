import { quote } from '../../engine/command.ts'
import type { Log } from '../../engine/log.ts'
import { execute, ToolFailure } from '../../engine/process.ts'
import { run, secondsFor } from '../system/run.ts'
import type { CommandLine } from './commands.ts'

/** Words that a batch of ip takes as they are; it has its own quotes and comments. */
const isPlain = (word: string): boolean => /^[\w.:/,@%+-]+$/.test(word)

/** The options before a command of ip, which hold for a whole batch; undefined for what is no command of a batch. */
const optionsOf = ([file, first = '', ...more]: CommandLine): readonly string[] | undefined => {
  if (file !== 'ip' || ![first, ...more].every(isPlain)) return undefined
  if (first === '-6') return [first]
  return first.startsWith('-') ? undefined : []
}

/** Commands that one process can run stand together; their order stays. */
export const batches = (commands: readonly CommandLine[]): readonly (readonly CommandLine[])[] => {
  const groups: CommandLine[][] = []
  for (const command of commands) {
    const last = groups.at(-1)
    const options = optionsOf(command)
    if (last?.[0] && options && optionsOf(last[0])?.join() === options.join()) last.push(command)
    else groups.push([command])
  }
  return groups
}

/** What writes one line after each command: ip itself does not always say which one failed. */
const mark = 'link show dev lo'

const shown = (command: CommandLine): string => command.map(quote).join(' ')

const runBatch = (log: Log, commands: readonly CommandLine[]): Promise<void> =>
  log.step(commands.map(shown).join('; '), async () => {
    const options = optionsOf(commands[0]!) ?? []
    const lines = commands.flatMap(([, ...words]) => [words.slice(options.length).join(' '), mark])
    const stdin = lines.map((line) => `${line}\n`).join('')
    const args = [...options, '-oneline', '-batch', '-']
    const output = await execute('ip', args, { stdin, timeout: secondsFor('ip') * 1000 })
    if (output.code === 0) return
    const failed = shown(commands[output.stdout.split('\n').length - 1] ?? ['ip', ...args])
    const stderr = output.stderr.replace(/^Command failed -:\d+$/m, '')
    await log.step(failed, async () => {
      throw new ToolFailure(failed, { code: output.code, stdout: '', stderr })
    })
  })

/**
 * Runs commands one after the other; the first that fails ends it, and is told as a step of its own. Those of ip share a
 * process: to start one takes many times as long as what it does.
 */
export const runAll = async (log: Log, commands: readonly CommandLine[]): Promise<void> => {
  for (const group of batches(commands)) {
    const [[file, ...args], ...more] = group as readonly [CommandLine, ...CommandLine[]]
    if (more.length > 0) await runBatch(log, group)
    else await run(log, file, args)
  }
}
