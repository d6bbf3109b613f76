import type { AssertParameters } from '../../../schema/types.ts'
import { toPlain, type Value } from '../../vars/value.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './assert.schema.json' with { type: 'json' }

export const assert = readOnlyModule<AssertParameters>(
  'assert',
  schema as ModuleSchema,
  async (host, { that, fail_msg, success_msg, quiet }) => {
    const conditions = (Array.isArray(that) ? that : [that]) as Value[]
    const always = quiet ? {} : { _ansible_verbose_always: true }
    for (const assertion of conditions) {
      if (await host.controller.condition(assertion)) continue
      return {
        failed: true,
        assertion: toPlain(assertion),
        evaluated_to: false,
        msg: fail_msg ?? 'Assertion failed',
        ...always,
      }
    }
    return { msg: success_msg ?? 'All assertions passed', ...always }
  },
)
