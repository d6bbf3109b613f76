import { setTimeout as sleep } from 'node:timers/promises'
import type { WaitForConnectionParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './wait_for_connection.schema.json' with { type: 'json' }

export const wait_for_connection = readOnlyModule<WaitForConnectionParameters>(
  'wait_for_connection',
  schema as ModuleSchema,
  async (host, { timeout, delay, sleep: between, connect_timeout }) => {
    const start = performance.now()
    await sleep(delay * 1000)
    for (;;) {
      try {
        await host.run(sh`:`, { timeout: connect_timeout * 1000 })
        return { elapsed: Math.floor((performance.now() - start) / 1000) }
      } catch (thrown) {
        if (!(thrown instanceof Failure) || !thrown.code.startsWith('connection.')) throw thrown
        if (performance.now() - start + between * 1000 <= timeout * 1000) {
          await sleep(between * 1000)
          continue
        }
        const msg = `timed out waiting for the connection to ${host.connection.name}: ${thrown.message}`
        return { failed: true, msg, elapsed: Math.floor((performance.now() - start) / 1000) }
      }
    }
  },
)
