import type { PingParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './ping.schema.json' with { type: 'json' }

export const ping = readOnlyModule<PingParameters>('ping', schema as ModuleSchema, async (host, { data }) => {
  if (data === 'crash') throw new Failure('module.ping', 'boom', { at: host.at })
  return { ping: await runOrFail(host, sh`printf %s ${data}`) }
})
