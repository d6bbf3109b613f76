import type { ValidateArgumentSpecParameters } from '../../../schema/types.ts'
import { type Dict, isDict, toPlain, type Value } from '../../vars/value.ts'
import { type Host, type ModuleSchema, readOnlyModule } from '../module.ts'
import { problemsOf } from './argumentspec.ts'
import schema from './validate_argument_spec.schema.json' with { type: 'json' }

/** The variables that a specification speaks of, as far as they are defined, and what is given beside them. */
const argumentsFor = async (host: Host, spec: Dict, provided: Value): Promise<Dict> => {
  const given: Dict = new Map()
  for (const name of spec.keys()) {
    if (host.controller.scope.get(String(name)) === undefined) continue
    given.set(name, await host.controller.expression(String(name)))
  }
  if (isDict(provided)) for (const [name, value] of provided) if (spec.has(name)) given.set(name, value)
  return given
}

export const validate_argument_spec = readOnlyModule<ValidateArgumentSpecParameters>(
  'validate_argument_spec',
  schema as ModuleSchema,
  async (host, { argument_spec, provided_arguments, validate_args_context }) => {
    const spec = isDict(argument_spec as Value) ? (argument_spec as unknown as Dict) : new Map<string, Value>()
    const problems = problemsOf(spec, await argumentsFor(host, spec, (provided_arguments ?? null) as Value))
    const context = { validate_args_context: toPlain((validate_args_context ?? new Map()) as Value) }
    if (problems.length === 0) return { msg: 'The arg spec validation passed', ...context }
    return {
      failed: true,
      argument_errors: problems,
      argument_spec_data: toPlain(spec),
      msg: `Validation of arguments failed:\n${problems.join('\n')}`,
      ...context,
    }
  },
)
