import type { CapabilitiesParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { propertyDiff } from '../attributes.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './capabilities.schema.json' with { type: 'json' }
import { applied, formatCapabilities, parseCapabilities, parseClause } from './flags.ts'

export const capabilities = module<CapabilitiesParameters>(
  'capabilities',
  schema as ModuleSchema,
  async function* (host, { path, capability, state }) {
    const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
    if (!path.startsWith('/')) throw fail(`'path' must be absolute: ${path}`)
    const clause = parseClause(capability.trim().toLowerCase())
    if (!clause) throw fail(`'${capability}' is no capability`, 'write it as cap_net_raw=ep')
    if (state === 'present' && clause.steps.length === 0) {
      throw fail(`'${capability}' lacks its flags`, `write it as ${clause.names.join()}=ep`)
    }
    const listed = await runOrFail(
      host,
      sh`[ -f ${path} ] || { echo ${`there is no file ${path}`} >&2; exit 1; }
      getcap -- ${path}`,
    )
    const before = parseCapabilities(listed.slice(listed.indexOf(path) < 0 ? 0 : listed.indexOf(path) + path.length))
    const removal = { names: clause.names, steps: [['=', ''] as const] }
    const after = applied(before, state === 'present' ? clause : removal)
    const [had, has] = [formatCapabilities(before), formatCapabilities(after)]
    if (had === has) return { state }
    const said = yield* change({
      what: `${has === '' ? 'take all capabilities from' : `give ${has} to`} ${path}`,
      diff: propertyDiff(path, { capabilities: had }, { capabilities: has }),
      apply: () => runOrFail(host, has === '' ? sh`setcap -r ${path}` : sh`setcap ${has} ${path}`),
    })
    return { state, msg: 'capabilities changed', ...(said === undefined ? {} : { stdout: said }) }
  },
)
