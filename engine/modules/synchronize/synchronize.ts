import type { SynchronizeParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { mark, rsyncOptions } from './arguments.ts'
import { type Ends, endsOf } from './ends.ts'
import schema from './synchronize.schema.json' with { type: 'json' }

type Ran = { readonly cmd: string; readonly lines: readonly string[]; readonly isChanged: boolean }

/** Runs rsync. Throws a Failure with what it said. */
const rsync = async (host: Host, params: SynchronizeParameters, ends: Ends, isTrial: boolean): Promise<Ran> => {
  const options = [...rsyncOptions(params, isTrial), ...ends.options]
  const command = sh`rsync ${options} -- ${ends.src} ${ends.dest}`
  const output = await ends.run(command)
  if (output.code === 127) {
    throw new Failure('module.tool', 'there is no rsync where the task runs', {
      at: host.at,
      hint: 'install it on the controller (or on the host of delegate_to) and on the host',
    })
  }
  if (output.code !== 0) {
    const said = output.stderr.toString().trim().split('\n').slice(-5).join('\n')
    throw new Failure('module.synchronize', `rsync ended with ${output.code}: ${said}`, {
      at: host.at,
      ...(/rsync: (command )?not found/.test(said) ? { hint: 'install rsync on both sides' } : {}),
    })
  }
  const lines = output.stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
  const told = lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length))
  return {
    cmd: command.shown,
    lines: lines.map((line) => (line.startsWith(mark) ? line.slice(mark.length) : line)),
    // A leading dot stands for a file that stays as it is, which only -vv tells.
    isChanged: told.some((line) => params.link_dest === undefined || !line.startsWith('.')),
  }
}

export const synchronize = module<SynchronizeParameters>(
  'synchronize',
  schema as ModuleSchema,
  async function* (host, params) {
    checkOneLine(host, { src: params.src, dest: params.dest })
    const ends = await endsOf(host, params)
    try {
      const what = `synchronize ${ends.src} to ${ends.dest}`
      const trial = host.check || host.diff ? await rsync(host, params, ends, true) : undefined
      const diff = { before: '', after: (trial?.lines ?? []).map((line) => `${line}\n`).join('') }
      const told = ({ cmd, lines, isChanged }: Ran): Result => ({
        changed: isChanged,
        msg: lines.map((line) => `${line}\n`).join(''),
        rc: 0,
        cmd,
        stdout_lines: [...lines],
      })
      if (trial && !trial.isChanged) return told(trial)
      const ran = yield* change({ what, ...(trial ? { diff } : {}), apply: () => rsync(host, params, ends, false) })
      const last = ran ?? trial
      return last ? told(last) : {}
    } finally {
      await ends.close()
    }
  },
)
