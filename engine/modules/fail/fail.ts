import type { FailParameters } from '../../../schema/types.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './fail.schema.json' with { type: 'json' }

export const fail = readOnlyModule<FailParameters>('fail', schema as ModuleSchema, async (_host, { msg }) => ({
  failed: true,
  msg: msg ?? 'Failed as requested from task',
}))
