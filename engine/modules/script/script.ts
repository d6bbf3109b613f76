import { basename } from 'node:path'
import type { ScriptParameters } from '../../../schema/types.ts'
import { sh, verbatim } from '../../command.ts'
import { splitWords } from '../../words.ts'
import { checkDirectory } from '../checkdirectory.ts'
import { commandResult, type Ran, timed } from '../commandresult.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { needless, notRun } from '../unless.ts'
import schema from './script.schema.json' with { type: 'json' }

/** The script's name, and its arguments as they stand: the host's shell reads them. */
const split = (line: string): [string, string] => {
  const [, first = '', rest = ''] = /^\s*((?:"(?:\\.|[^"])*"|'[^']*'|\\.|[^\s"'])+)\s*(.*)$/s.exec(line) ?? []
  return [splitWords(first)[0] ?? '', rest]
}

export const script = module<ScriptParameters>('script', schema as ModuleSchema, async function* (host, params) {
  const { cmd, chdir, executable } = params
  const [name, rest] = split(cmd)
  const path = await host.controller.find('files', name)
  const skipped = await needless(host, params)
  if (skipped) return { ...skipped, skipped: true }
  const ran: Ran | undefined = yield* change({
    what: `run the script ${cmd}`,
    apply: async () => {
      const stdin = await host.controller.read(path, params.decrypt)
      const run = sh`directory=$(mktemp -d) || exit
trap 'rm -rf -- "$directory"' EXIT
script=$directory/${basename(path)}
cat >"$script" && chmod 700 -- "$script" || exit
${executable === undefined ? sh`` : sh`${splitWords(executable)}`} "$script" ${verbatim(rest)} </dev/null`
      return timed(() => host.run(run, { stdin, ...(chdir === undefined ? {} : { directory: chdir }) }))
    },
  })
  if (!ran) return notRun(params)
  await checkDirectory(host, chdir, ran.output)
  // The script's path on the host is nobody's business: the result names the one on the controller.
  const { cmd: _, ...result } = commandResult(undefined, ran, false)
  return result
})
