import type { TempfileParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { describe } from '../attributes.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './tempfile.schema.json' with { type: 'json' }

export const tempfile = module<TempfileParameters>('tempfile', schema as ModuleSchema, async function* (host, params) {
  const { state, path, prefix, suffix } = params
  const directory = path === undefined ? ['--tmpdir'] : ['-p', path]
  const made = yield* change({
    what: `make a temporary ${state}`,
    apply: async () => {
      const kind = state === 'directory' ? ['-d'] : []
      const output = await runOrFail(host, sh`mktemp ${kind} ${directory} --suffix=${suffix} -- ${prefix}XXXXXXXX`)
      return output.replace(/\n$/, '')
    },
  })
  const stat = made === undefined ? undefined : await host.stat(made)
  return { path: made, state, ...(stat ? describe(stat) : {}) }
})
