import type { WaitForConnectionParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import { until } from '../wait_for/until.ts'
import schema from './wait_for_connection.schema.json' with { type: 'json' }

export const wait_for_connection = readOnlyModule<WaitForConnectionParameters>(
  'wait_for_connection',
  schema as ModuleSchema,
  async (host, params) => {
    let reason = ''
    const look = async () => {
      try {
        await host.run(sh`:`, { timeout: params.connect_timeout * 1000 })
        return true
      } catch (thrown) {
        if (!(thrown instanceof Failure) || !thrown.code.startsWith('connection.')) throw thrown
        reason = thrown.message
        return undefined
      }
    }
    const { found, elapsed } = await until(look, params)
    if (found) return { elapsed }
    return { failed: true, msg: `timed out waiting for ${host.connection.name}: ${reason}`, elapsed }
  },
)
