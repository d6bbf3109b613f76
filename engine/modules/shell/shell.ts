import type { ShellParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { checkDirectory } from '../checkdirectory.ts'
import { commandResult, type Ran, timed } from '../commandresult.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { needless, notRun } from '../unless.ts'
import schema from './shell.schema.json' with { type: 'json' }

export const shell = module<ShellParameters>('shell', schema as ModuleSchema, async function* (host, params) {
  const { cmd, executable, chdir, stdin } = params
  const skipped = await needless(host, params)
  if (skipped) return { ...skipped, cmd }
  const ran: Ran | undefined = yield* change({
    what: `run ${cmd}`,
    // A shell of its own: the line may change or end the shell that it runs in.
    apply: () =>
      timed(() =>
        host.run(sh`exec ${executable} -c ${cmd}`, {
          ...(chdir === undefined ? {} : { directory: chdir }),
          ...(stdin === undefined ? {} : { stdin: params.stdin_add_newline ? `${stdin}\n` : stdin }),
        }),
      ),
  })
  if (!ran) return { ...notRun(params), cmd }
  await checkDirectory(host, chdir, ran.output)
  return commandResult(cmd, ran)
})
