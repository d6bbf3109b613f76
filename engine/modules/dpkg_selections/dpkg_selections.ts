import type { DpkgSelectionsParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './dpkg_selections.schema.json' with { type: 'json' }

export const dpkg_selections = module<DpkgSelectionsParameters>(
  'dpkg_selections',
  schema as ModuleSchema,
  async function* (host, { name, selection }) {
    // dpkg would take other characters for a pattern of many names.
    if (!/^[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?$/.test(name)) {
      throw new Failure('module.parameter', `'${name}' is no name of a Debian package`, { at: host.at })
    }
    const listed = await runOrFail(host, sh`dpkg --get-selections ${name} 2>/dev/null`)
    const before = /^\S+\s+(\S+)/.exec(listed)?.[1]
    if (before === undefined) {
      throw new Failure('module.package', `dpkg knows no package '${name}'`, {
        at: host.at,
        hint: 'install it with an earlier task',
      })
    }
    if (before !== selection) {
      yield* change({
        what: `select ${name} for ${selection}`,
        diff: { before: `${name} ${before}\n`, after: `${name} ${selection}\n` },
        apply: () => runOrFail(host, sh`dpkg --set-selections`, { stdin: `${name} ${selection}\n` }),
      })
    }
    return { before, after: selection }
  },
)
