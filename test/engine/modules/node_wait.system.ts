import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import * as assert from 'uvu/assert'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import { createLog } from '../../../engine/log.ts'
import { node_wait } from '../../../engine/modules/node_wait/node_wait.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import { type Dict, fromPlain } from '../../../engine/vars/value.ts'
import { type Ready, serve } from '../../../provisioner/serve.ts'
import type { NodeWaitParameters, Session } from '../../../schema/types.ts'
import { manifestIn } from '../../provisioner/fixture.ts'
import { bootEvent } from '../../provisioner/store/events.contract.ts'
import { suite } from '../../suite.ts'
import { moduleHost } from './modulehost.ts'
import { makeProvisionerSite, type ProvisionerSite } from './provisionersite.ts'

// A provisioner that serves, a node that boots from it as far as the wire goes, and the real command line.

const test = suite('node_wait')
const stop = new AbortController()
let site: ProvisionerSite
let ready: Ready
let running: Promise<void>
let connection: Connection

test.before(async () => {
  site = await makeProvisionerSite()
  connection = await openLocal()
  const standing = Promise.withResolvers<Ready>()
  running = serve(
    {
      sources: { inventory: [site.inventory], vaultSecrets: [], warn: () => {}, environment: {} },
      state: site.state.directory,
      listen: '127.0.0.1',
      httpPort: 0,
      httpsPort: 0,
      dhcp: 'none',
      log: createLog(() => {}),
    },
    stop.signal,
    standing.resolve,
  )
  running.catch(standing.reject)
  ready = await standing.promise
})
test.after(async () => {
  stop.abort()
  await running
  await connection.close()
  await site.remove()
})

const ask = (path: string, tls?: { ca: string; authorization?: string; body: unknown }): Promise<Buffer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const place = { host: '127.0.0.1', path }
  const take = async (answer: Readable) => resolve(Buffer.concat(await answer.toArray()))
  const request = tls
    ? requestHttps(
        {
          ...place,
          port: ready.https,
          method: 'POST',
          ca: tls.ca,
          headers: { authorization: tls.authorization ?? '' },
        },
        take,
      )
    : requestHttp({ ...place, port: ready.http }, take)
  request.on('error', reject)
  request.end(tls && JSON.stringify(tls.body))
  return promise
}

type Boot = { report(...events: Parameters<typeof bootEvent>[0][]): Promise<void> }

/** A boot of n03 up to its session; `report` says what its agent would. */
const boot = async (): Promise<Boot> => {
  const script = (await ask('/boot/ipxe?mac=52:54:00:00:03:01')).toString()
  const { ca, token, boot: id } = manifestIn(await ask(/\/boot\/initrd\/\w+/.exec(script)?.[0] ?? ''))
  const { key } = JSON.parse((await ask('/session', { ca, body: { token } })).toString()) as Session
  let sequence = 0
  return {
    async report(...events) {
      const body = events.map((event) => bootEvent({ node: 'n03', boot: id, sequence: sequence++, ...event }))
      const { stored } = JSON.parse((await ask('/events', { ca, authorization: `Bearer ${key}`, body })).toString())
      assert.is(stored, events.length)
    },
  }
}

const run = async (given: object, check = false) => {
  const { $INVENTORY, $STATE, $PROVISION } = site.names
  const host = moduleHost({ connection, check, role: '/' })
  const common = { executable: $PROVISION, inventory: $INVENTORY, state_directory: $STATE }
  const params = readParameters<NodeWaitParameters>(
    node_wait.schema,
    fromPlain({ ...common, ...given }) as Dict,
    host.at,
    'node_wait',
  )
  return runModule(node_wait, host, params)
}

test('waits until the node is ready', async () => {
  const { report } = await boot()
  await report({ stage: 'network' })
  const waiting = run({ nodes: ['n03'], timeout: 60 })
  await report({ stage: 'root' }, { stage: 'boot', ms: 1234 }, { stage: 'runtime', state: 'ready' })
  const { result, changed } = await waiting
  assert.is(result.failed ?? false, false, String(result.msg))
  assert.is(changed, false)
  const [node] = result['nodes'] as Record<string, unknown>[]
  assert.equal([node?.['node'], node?.['state'], node?.['condition'], node?.['ms']], ['n03', 'ready', 'ready', 1234])
  assert.is((await run({ nodes: ['n03'] })).result.failed ?? false, false, 'what is ready is not waited for')
  // a node that runs gets no boot script
  await report({ stage: 'runtime', state: 'stopped' })
}, 60_000)

test('fails with the reason of the boot that failed', async () => {
  const { report } = await boot()
  await report({ stage: 'root', state: 'failed', message: 'the digest is wrong' })
  const { result } = await run({ nodes: 'n03', timeout: 60 })
  assert.is(result.failed, true)
  assert.match(String(result.msg), /n03 failed in stage root: the digest is wrong/)
  const [node] = result['nodes'] as Record<string, unknown>[]
  assert.is(node?.['condition'], 'failed')
}, 60_000)

test('tells which nodes were not ready in time', async () => {
  const { result } = await run({ nodes: ['bonded'], timeout: 1 })
  assert.is(result.failed, true)
  assert.match(String(result.msg), /not ready after 1 s: n01, n02/)
  assert.is((result['nodes'] as unknown[]).length, 2)
}, 60_000)

test('only boots since a moment count', async () => {
  const { result } = await run({ nodes: ['n03'], timeout: 1, since: '2999-01-01T00:00:00Z' })
  assert.match(String(result.msg), /not ready after 1 s: n03/)
}, 60_000)

test('says what is wrong', async () => {
  assert.match(String((await run({ nodes: ['n99'] })).result.msg), /no node is named by 'n99'/)
  assert.match(String((await run({ nodes: ['n03'], since: 'now' })).result.msg), /'now' is no time/)
  assert.match(String((await run({ nodes: [] })).result.msg), /names no node/)
}, 60_000)

test('waits for nothing in check mode', async () => {
  assert.is((await run({ nodes: ['n01'] }, true)).result.skipped, true)
})

test.run()
