import type { PackageParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { apt } from '../apt/apt.ts'
import { dnf } from '../dnf/dnf.ts'
import { type Host, type Module, type ModuleSchema, module, type Steps } from '../module.ts'
import { readParameters } from '../parameters.ts'
import schema from './package.schema.json' with { type: 'json' }

const managers: Readonly<Record<string, Module<never>>> = { apt, dnf, dnf4: dnf, dnf5: dnf, yum: dnf }

const run = <P>(manager: Module<P>, host: Host, given: Record<string, unknown>): Steps =>
  manager.run(host, readParameters<P>(manager.schema, given, host.at, manager.name))

// `package` itself is a reserved word.
export const packageModule = module<PackageParameters>(
  'package',
  schema as ModuleSchema,
  async function* (host, { use, ...given }) {
    const name = use === 'auto' ? String(await host.fact('pkg_mgr')) : use.replace(/^ansible\.(builtin|legacy)\./, '')
    const manager = managers[name]
    if (manager) return yield* run(manager, host, given)
    throw new Failure('module.package', `packages of '${name}' cannot be managed`, {
      at: host.at,
      hint: `known: ${Object.keys(managers).join(', ')}`,
    })
  },
)
