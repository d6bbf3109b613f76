import { randomBytes } from 'node:crypto'
import type { TempfileParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { describe } from '../attributes.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './tempfile.schema.json' with { type: 'json' }

/** Eight characters, as Python's tempfile has them: 40 random bits. */
const randomName = (): string =>
  [...randomBytes(8)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('')

export const tempfile = module<TempfileParameters>('tempfile', schema as ModuleSchema, async function* (host, params) {
  const { state, path, prefix, suffix } = params
  const made = yield* change({
    what: `make a temporary ${state}`,
    // Not every mktemp knows a suffix. Neither way takes a name that is there already.
    apply: () =>
      runOrFail(
        host,
        sh`directory=${path ?? ''}; path=\${directory:-\${TMPDIR:-/tmp}}/${prefix + randomName() + suffix}
umask 077; ${state === 'directory' ? sh`mkdir -- "$path"` : sh`set -C; : >"$path"`} && printf %s "$path"`,
      ),
  })
  const stat = made === undefined ? undefined : await host.stat(made)
  return { path: made, state, ...(stat ? describe(stat) : {}) }
})
