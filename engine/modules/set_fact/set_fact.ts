import type { SetFactParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './set_fact.schema.json' with { type: 'json' }

export const set_fact = readOnlyModule<SetFactParameters>(
  'set_fact',
  schema as ModuleSchema,
  async (host, { cacheable, ...facts }) => {
    const names = Object.keys(facts)
    if (names.length === 0) {
      throw new Failure('module.parameter', 'set_fact sets nothing', {
        at: host.at,
        hint: 'give it at least one variable: `name: value`',
      })
    }
    const wrong = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    if (wrong !== undefined) {
      throw new Failure('module.parameter', `'${wrong}' cannot be the name of a variable`, {
        at: host.at,
        hint: 'names start with a letter or underscore and go on with letters, digits and underscores',
      })
    }
    return { ansible_facts: facts, _ansible_facts_cacheable: cacheable }
  },
)
