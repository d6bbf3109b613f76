import type { CommandParameters } from '../../../schema/types.ts'
import { quote, sh } from '../../command.ts'
import { Failure, messageOf } from '../../failure.ts'
import { splitWords } from '../../words.ts'
import { checkDirectory } from '../checkdirectory.ts'
import { commandResult, type Ran, timed } from '../commandresult.ts'
import { expansionOn, holdsVariables } from '../expansion.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { needless, notRun } from '../unless.ts'
import schema from './command.schema.json' with { type: 'json' }

const wordsOf = (host: Host, { cmd, argv }: CommandParameters): string[] => {
  if (argv) return argv
  try {
    return splitWords(cmd ?? '')
  } catch (thrown) {
    throw new Failure('module.parameter', `the command cannot be split into words: ${messageOf(thrown)}`, {
      at: host.at,
      hint: 'use argv, or the shell module for shell syntax',
    })
  }
}

/** The shell's own errors for a program that it cannot start, as the system call tells them. */
const notStarted = (words: readonly string[], result: Result): Result => {
  if (result.rc !== 127 && result.rc !== 126) return result
  if (!/\bexec: .*(not found|[Pp]ermission denied|No such file)/.test(result.stderr ?? '')) return result
  const [rc, reason] = result.rc === 127 ? [2, 'there is no such program'] : [13, 'it must not be executed']
  const none = { stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] }
  const cmd = words.map(quote).join(' ')
  return { changed: false, failed: true, cmd, rc, ...none, msg: `cannot run '${words[0]}': ${reason}` }
}

export const command = module<CommandParameters>('command', schema as ModuleSchema, async function* (host, params) {
  const { chdir, stdin, executable } = params
  const given = wordsOf(host, params)
  if (given.length === 0) throw new Failure('module.parameter', 'no command given', { at: host.at, told: { rc: 256 } })
  const skipped = await needless(host, params)
  if (skipped) return { ...skipped, cmd: given }
  const words =
    params.expand_argument_vars && given.some(holdsVariables) ? given.map(await expansionOn(host, given)) : given
  const ran: Ran | undefined = yield* change({
    what: `run ${words.join(' ')}`,
    apply: () =>
      timed(() =>
        host.run(sh`set -- ${words}; exec "$@"`, {
          ...(chdir === undefined ? {} : { directory: chdir }),
          ...(stdin === undefined ? {} : { stdin: params.stdin_add_newline ? `${stdin}\n` : stdin }),
        }),
      ),
  })
  if (!ran) return { ...notRun(params), cmd: given }
  await checkDirectory(host, chdir, ran.output)
  const result = notStarted(words, commandResult(given, ran, params.strip_empty_ends))
  if (executable === undefined) return result
  return { ...result, warnings: [`'executable' has no meaning for the module command: ${executable} is not used`] }
})
