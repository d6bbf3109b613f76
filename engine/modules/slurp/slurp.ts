import type { SlurpParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { type ModuleSchema, module } from '../module.ts'
import schema from './slurp.schema.json' with { type: 'json' }

// biome-ignore lint/correctness/useYield: reading changes nothing
export const slurp = module<SlurpParameters>('slurp', schema as ModuleSchema, async function* (host, { src }) {
  try {
    return { content: (await host.read(src)).toString('base64'), encoding: 'base64', source: src }
  } catch (thrown) {
    const stat = await host.stat(src, { follow: true })
    if (stat?.type === 'file') throw thrown
    throw new Failure('module.file', `${src} ${stat ? `is a ${stat.type}, not a file` : 'is not there'}`, {
      cause: thrown,
    })
  }
})
