import { mkdtempSync, rmSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as assert from 'uvu/assert'
import { createEvents } from '../../../agent/system/events.ts'
import { bodyOf } from '../../../agent/system/http.ts'
import { createProvisioner } from '../../../agent/system/provisioner.ts'
import { Failure } from '../../../engine/failure.ts'
import { createLog, silentLog } from '../../../engine/log.ts'
import { type ServerIdentity, serverIdentity } from '../../../provisioner/tls/authority.ts'
import type { BootEvent } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

const test = suite('agent session')

let directory: string
let identity: ServerIdentity
let stranger: ServerIdentity
let server: https.Server | undefined

test.before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'session-'))
  identity = await serverIdentity(join(directory, 'ours'), ['127.0.0.1'])
  stranger = await serverIdentity(join(directory, 'theirs'), ['127.0.0.1'])
})
test.after(() => rmSync(directory, { recursive: true }))
test.afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
})

type Seen = { readonly path: string; readonly key: string | undefined; readonly body: string }
type Reply = { readonly status?: number; readonly body?: string | Readable; readonly headers?: Record<string, string> }

const key = 'SESSION-KEY-CANARY'

/** A server that answers each path with the replies in turn; the last one repeats. */
const serve = async (
  replies: Record<string, readonly Reply[]>,
  options: https.ServerOptions & { identity?: ServerIdentity } = {},
): Promise<{ url: string; seen: Seen[] }> => {
  const seen: Seen[] = []
  const counts = new Map<string, number>()
  const { certificate, key: privateKey } = options.identity ?? identity
  server = https.createServer({ ...options, cert: certificate, key: privateKey }, async (request, response) => {
    const body: Buffer[] = []
    for await (const chunk of request) body.push(chunk)
    const path = request.url ?? ''
    seen.push({ path, key: request.headers.authorization, body: Buffer.concat(body).toString() })
    const count = counts.get(path) ?? 0
    counts.set(path, count + 1)
    const list = replies[path] ?? [{ status: 404 }]
    const reply = list[Math.min(count, list.length - 1)]!
    response.writeHead(reply.status ?? 200, reply.headers)
    if (reply.body instanceof Readable) reply.body.on('error', () => response.destroy()).pipe(response)
    else response.end(reply.body ?? '')
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** Seconds within which a server must have answered that never will. */
const short = 0.2

const clientOf = (url: string, budget = 30, log = silentLog) =>
  createProvisioner({ servers: [{ https: url, http: '' }], ca: identity.ca, node: 'n01', boot: 'b1', budget, log })

const session = JSON.stringify({ node: 'n01', boot: 'b1', key, expires: '2030-01-01T00:00:00Z' })

const failureOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (thrown: Error) => thrown.message,
  )

test('spends the token for a key, and shows the key from then on', async () => {
  const { url, seen } = await serve({ '/session': [{ body: session }], '/secrets': [{ body: '{}' }] })
  const client = clientOf(url)
  await client.open('TOKEN')
  await client.get('/secrets', (answer) => bodyOf(answer, 100), { what: 'secrets' })
  assert.equal(JSON.parse(seen[0]!.body), { token: 'TOKEN', node: 'n01', boot: 'b1' })
  assert.is(seen[0]!.key, undefined)
  assert.is(seen[1]!.key, `Bearer ${key}`)
})

const secrets = { what: 'secrets' }

test('one connection serves request after request', async () => {
  const { url } = await serve({ '/session': [{ body: session }], '/secrets': [{ body: '{}' }], '/events': [{}] })
  let connections = 0
  server!.on('secureConnection', () => connections++)
  const client = clientOf(url)
  await client.open('TOKEN')
  await client.get('/secrets', (answer) => bodyOf(answer, 100), secrets)
  await client.post([])
  assert.is(connections, 1)
})

test('a kept connection that the server closes when it is used again is no failed attempt', async () => {
  const { url, seen } = await serve({ '/session': [{ body: session }], '/secrets': [{ body: '{}' }] })
  const log: string[] = []
  const client = clientOf(
    url,
    30,
    createLog(({ text }) => log.push(text)),
  )
  await client.open('TOKEN')
  server!.prependOnceListener('request', ({ socket }) => socket.destroy())
  await client.get('/secrets', (answer) => bodyOf(answer, 100), secrets)
  assert.equal(log, [])
  assert.equal(
    seen.map(({ path }) => path),
    ['/session', '/secrets', '/secrets'],
  )
})

for (const [name, options, message] of [
  [
    'a certificate of another authority',
    () => ({ identity: stranger }),
    /no session: .*(unable to verify|self-signed|issuer)/,
  ],
  ['TLS 1.2', () => ({ maxVersion: 'TLSv1.2' as const }), /no session: .*(protocol version|alert|TLS)/],
] as const) {
  test(`never speaks to a server with ${name}`, async () => {
    const { url, seen } = await serve({ '/session': [{ body: session }] }, options())
    assert.match(await failureOf(clientOf(url, short).open('TOKEN')), message)
    assert.equal(seen, [])
  })
}

test('shows neither token nor key to a plain server', () => {
  assert.throws(() => clientOf('http://127.0.0.1:1'), /not https/)
})

for (const [name, body, message] of [
  ['of another node', session.replace('n01', 'n02'), /not ours/],
  ['of another boot', session.replace('b1', 'b2'), /not ours/],
  ['that is no JSON', `${session}x`, /the session is not JSON/],
] as const) {
  test(`refuses a session ${name}, and does not quote it`, async () => {
    const { url } = await serve({ '/session': [{ body }] })
    const failure = await failureOf(clientOf(url).open('TOKEN'))
    assert.match(failure, message)
    assert.not.match(failure, /CANARY/)
  })
}

test('a token that was used is not tried again', async () => {
  const { url, seen } = await serve({ '/session': [{ status: 401, body: 'the token opens nothing' }] })
  assert.match(await failureOf(clientOf(url, 30).open('TOKEN')), /401: the token opens nothing/)
  assert.is(seen.length, 1)
})

for (const [name, status, hint] of [
  ['refuses', 401, /^a boot token opens one session/],
  ['does not answer', 500, /^see that 'provision serve' runs/],
] as const) {
  test(`a server that ${name}: the hint fits`, async () => {
    const { url } = await serve({ '/session': [{ status, body: 'no' }] })
    const thrown = await clientOf(url, status === 401 ? undefined : short)
      .open('TOKEN')
      .catch((failure: unknown) => failure)
    assert.match((thrown as Failure).hint ?? '', hint)
  })
}

test('begins anew when a transfer breaks off', async () => {
  const broken = Readable.from(
    (async function* () {
      yield 'half'
      await new Promise((resolve) => setTimeout(resolve, 20))
      throw new Error('gone')
    })(),
  )
  const { url } = await serve({ '/session': [{ body: session }], '/a': [{ body: broken }, { body: 'whole' }] })
  const client = clientOf(url, 30)
  await client.open('TOKEN')
  const body = await client.get('/a', (answer) => bodyOf(answer, 100), { what: 'a' })
  assert.is(body.toString(), 'whole')
})

test('content that is refused is not fetched again, however much of it was still to come', async () => {
  const { url, seen } = await serve({ '/session': [{ body: session }], '/a': [{ body: 'x'.repeat(16 * 1024 ** 2) }] })
  const client = clientOf(url, 5)
  await client.open('TOKEN')
  const refuse = async () => {
    throw new Failure('overlay.entry', 'an entry that may not be')
  }
  assert.is(await failureOf(client.get('/a', refuse, { what: 'a' })), 'an entry that may not be')
  assert.match(await failureOf(client.get('/a', (answer) => bodyOf(answer, 100), { what: 'a' })), /more than 100 bytes/)
  assert.is(seen.filter(({ path }) => path === '/a').length, 2)
})

test('events wait for the session, go in order, and an outage loses and repeats none', async () => {
  const { url, seen } = await serve({
    '/session': [{ body: session }],
    '/events': [{ body: '{}' }, { status: 400 }, { status: 400 }, { body: '{}' }],
  })
  const warnings: string[] = []
  const log = createLog(({ level, text }) => level === 'warning' && warnings.push(text))
  const client = clientOf(url)
  const events = createEvents({
    node: 'n01',
    boot: 'b1',
    log,
    post: client.post,
    ready: () => client.session() !== undefined,
  })
  events.add('boot', 'started')
  events.add('network', 'started')
  await events.flush()
  assert.equal(seen, [])
  await client.open('TOKEN')
  await events.flush()
  events.add('network', 'finished', { ms: 12.3, details: { links: 2 } })
  await events.flush()
  assert.is(events.rest().pending.length, 1)
  assert.match(warnings[0] ?? '', /1 events wait/)
  events.add('root', 'started')
  await Promise.all([events.flush(), events.flush(), events.flush()])
  const sent = seen.filter(({ path }) => path === '/events').map(({ body }) => JSON.parse(body) as BootEvent[])
  assert.equal(
    sent.map((batch) => batch.map(({ sequence }) => sequence)),
    [[0, 1], [2], [2], [2, 3]],
  )
  assert.equal(sent[1]![0]!.details, { links: 2 })
  assert.equal(events.rest(), { pending: [], sequence: 4 })
})

test.run()
