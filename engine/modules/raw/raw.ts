import type { RawParameters } from '../../../schema/types.ts'
import { sh, verbatim } from '../../command.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import schema from './raw.schema.json' with { type: 'json' }

const lines = (text: string): string[] => (text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/))

export const raw = module<RawParameters>(
  'raw',
  schema as ModuleSchema,
  async function* (host, { command, executable }) {
    const output = yield* change({
      what: `run ${command}`,
      apply: () => host.run(executable ? sh`${executable} -c ${command}` : verbatim(command)),
    })
    const stdout = output?.stdout.toString() ?? ''
    const stderr = output?.stderr.toString() ?? ''
    const rc = output?.code ?? 0
    return {
      ...(rc === 0 ? {} : { failed: true, msg: 'non-zero return code' }),
      rc,
      stdout,
      stdout_lines: lines(stdout),
      stderr,
      stderr_lines: lines(stderr),
    }
  },
)
