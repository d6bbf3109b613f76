import type { NodeWaitParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { type Host, type ModuleSchema, type Result, readOnlyModule } from '../module.ts'
import { provision } from '../provision.ts'
import { stopwatch } from '../stopwatch.ts'
import schema from './node_wait.schema.json' with { type: 'json' }

const nodesOf = async (host: Host, { nodes }: NodeWaitParameters): Promise<readonly string[]> => {
  if (nodes === undefined) return [String(await host.controller.expression('inventory_hostname'))]
  if (nodes.length > 0) return nodes
  throw new Failure('module.parameter', "node_wait: 'nodes' names no node", { at: host.at })
}

/** Waits; returns why it is of no use to wait longer. */
const wait = async (host: Host, params: NodeWaitParameters, nodes: readonly string[]): Promise<Failure | undefined> => {
  const since = params.since === undefined ? [] : [`--since=${params.since}`]
  try {
    await provision(host, params, ['node', 'wait', `--timeout=${params.timeout}`, ...since], {
      operands: nodes,
      needsSite: true,
    })
    return undefined
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'module.provisioner') return thrown
    throw thrown
  }
}

export const node_wait = readOnlyModule<NodeWaitParameters>(
  'node_wait',
  schema as ModuleSchema,
  async (host, params): Promise<Result> => {
    const count = stopwatch()
    const nodes = await nodesOf(host, params)
    const failure = await wait(host, params, nodes)
    const elapsed = count()
    const status = provision(host, params, ['node', 'status'], { operands: nodes, needsSite: true })
    if (!failure) return { changed: false, nodes: JSON.parse(await status), elapsed }
    // Where not even the state can be read, the first reason is the better one.
    const told = await status.then(JSON.parse, () => [])
    return { changed: false, failed: true, msg: failure.message, nodes: told, elapsed }
  },
)
