import * as assert from 'uvu/assert'
import type { Connection } from '../../../engine/connections/connection.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { findModule } from '../../../engine/modules/registry.ts'
import { type ModuleRun, runModule } from '../../../engine/modules/runmodule.ts'
import { fromPlain } from '../../../engine/vars/value.ts'
import { moduleHost } from './modulehost.ts'

const at = { file: 'case', line: 1, column: 1 }

type Given = Readonly<Record<string, unknown>>

export type Tasks = {
  readonly run: (name: string, parameters: Given, facts?: Given) => Promise<ModuleRun>
  /** Runs a task that must fail; returns what it said, with its hint. */
  readonly failureOf: (name: string, parameters: Given) => Promise<string>
  /** Runs a task twice: it changes something, and then nothing. */
  readonly converges: (name: string, parameters: Given, facts?: Given) => Promise<void>
}

/** Runs single modules on a host. */
export const tasksOn = (connection: Connection): Tasks => {
  const run: Tasks['run'] = (name, parameters, facts = {}) => {
    const module = findModule(name, at)
    const host = moduleHost({ connection, check: false, role: '/', facts })
    return runModule(module, host, readParameters(module.schema, fromPlain(parameters) as Map<string, never>, at, name))
  }
  return {
    run,
    async failureOf(name, parameters) {
      const { result, failure } = await run(name, parameters)
      assert.is(result.failed, true, `${name} fails: ${JSON.stringify(result)}`)
      return `${failure?.message ?? result.msg} (${failure?.hint})`
    },
    async converges(name, parameters, facts) {
      for (const changed of [true, false]) {
        const ran = await run(name, parameters, facts)
        assert.is(ran.result.failed ?? false, false, String(ran.result.msg))
        assert.is(ran.changed, changed, `${name}: ${ran.changes.join('; ')}`)
      }
    },
  }
}
