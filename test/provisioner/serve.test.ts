import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { request as requestHttp } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { createLog } from '../../engine/log.ts'
import { type Ready, runtimeFiles, serve } from '../../provisioner/serve.ts'
import type { Session } from '../../schema/types.ts'
import { suite } from '../suite.ts'
import { until } from '../until.ts'
import { type Fixture, makeFixture, manifestIn } from './fixture.ts'

const test = suite('provision serve')

let fixture: Fixture
let ready: Ready
let stop: AbortController
let running: Promise<void>
const logged: string[] = []

const local = { 'inventory/host_vars/n03.yml': 'node_networks: {eno1: {address: 127.0.0.1/8}}\n' }

const start = async (): Promise<void> => {
  stop = new AbortController()
  const standing = Promise.withResolvers<Ready>()
  running = serve(
    {
      sources: { inventory: [fixture.inventory], vaultSecrets: [], warn: () => {}, environment: {} },
      state: fixture.state.directory,
      listen: '127.0.0.1',
      httpPort: 0,
      httpsPort: 0,
      dhcp: 'none',
      log: createLog(({ text }) => logged.push(text)),
    },
    stop.signal,
    standing.resolve,
  )
  running.catch(standing.reject)
  ready = await standing.promise
}

test.before(async () => {
  fixture = await makeFixture(local)
  await start()
})
test.after(async () => {
  stop.abort()
  await running
  await fixture.remove()
})

type Answer = { readonly status: number; readonly body: Buffer; readonly headers: NodeJS.Dict<string | string[]> }

const send = (
  scheme: 'http' | 'https' | 'socket',
  path: string,
  options: RequestOptions & { readonly json?: unknown } = {},
): Promise<Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { json, ...rest } = options
  const place =
    scheme === 'socket'
      ? { socketPath: runtimeFiles(fixture.state.directory).socket }
      : { host: '127.0.0.1', port: scheme === 'http' ? ready.http : ready.https }
  const request = (scheme === 'https' ? requestHttps : requestHttp)({ path, ...place, ...rest }, async (answer) => {
    const parts: Buffer[] = []
    for await (const part of answer) parts.push(part as Buffer)
    resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts), headers: answer.headers })
  })
  request.on('error', reject)
  request.end(json === undefined ? undefined : JSON.stringify(json))
  return promise
}

const ca = () => readFile(join(fixture.state.directory, 'tls/ca.pem'), 'utf8')
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (thrown: NodeJS.ErrnoException) => thrown.code,
  )

test('a node boots over real listeners: script, initrd, session, overlay, events', async () => {
  const script = (await send('http', '/boot/ipxe?mac=52:54:00:00:03:01')).body.toString()
  const initrd = (await send('http', /\/boot\/initrd\/\w+/.exec(script)?.[0] ?? '')).body
  const manifest = manifestIn(initrd)
  assert.is(manifest.ca, await ca())
  const opened = await send('https', '/session', { method: 'POST', ca: manifest.ca, json: { token: manifest.token } })
  assert.is(opened.status, 200)
  const { key } = JSON.parse(opened.body.toString()) as Session
  const authorized = { ca: manifest.ca, headers: { authorization: `Bearer ${key}` } }
  const overlay = await send('https', '/overlay/system', authorized)
  assert.is(overlay.status, 200)
  assert.match(overlay.body.toString('latin1'), 'etc/hostname')
  const image = await send('http', `/blobs/${manifest.image.digest}`)
  assert.is(`sha256:${createHash('sha256').update(image.body).digest('hex')}`, manifest.image.digest)
  assert.is(Number(image.headers['content-length']), manifest.image.size)
  const head = await send('http', `/blobs/${manifest.image.digest}`, { method: 'HEAD' })
  assert.is(Number(head.headers['content-length']), manifest.image.size)
  assert.is(head.body.length, 0)
})

test("the authenticated listener speaks TLS 1.3 with the site's certificate only", async () => {
  assert.ok((await codeOf(send('https', '/nodes'))) !== 'nothing', 'an authority that nobody pinned is not trusted')
  assert.match(
    String(await codeOf(send('https', '/nodes', { ca: await ca(), maxVersion: 'TLSv1.2' }))),
    /EPROTO|VERSION/,
  )
  assert.is((await send('https', '/nodes', { ca: await ca() })).status, 401)
})

test('nothing private is on the plain listener', async () => {
  for (const path of ['/session', '/secrets', '/overlay/system', '/bundle', '/nodes', '/status', '/events']) {
    assert.is((await send('http', path)).status, 404, path)
    assert.is((await send('http', path, { method: 'POST' })).status, 404, path)
  }
})

test('admins come by the socket, or with the token', async () => {
  const { socket } = runtimeFiles(fixture.state.directory)
  assert.is((await stat(socket)).mode & 0o777, 0o600)
  assert.is((await send('socket', '/nodes')).status, 200)
  assert.is((await send('socket', '/secrets')).status, 404)
  const file = join(fixture.state.directory, 'admin.token')
  assert.is((await stat(file)).mode & 0o777, 0o600)
  const authorization = `Bearer ${(await readFile(file, 'utf8')).trim()}`
  assert.is((await send('https', '/nodes', { ca: await ca(), headers: { authorization } })).status, 200)
})

test('bodies have an end', async () => {
  const answer = await send('https', '/session', {
    method: 'POST',
    ca: await ca(),
    json: { token: 'x'.repeat(5 << 20) },
  }).then(
    ({ status }) => status,
    () => 413, // the listener may close before it has read all of it
  )
  assert.is(answer, 413)
})

/** Why another provisioner of the same state does not run. */
const refusal = (httpPort: number): Promise<string> =>
  serve(
    {
      sources: { inventory: [fixture.inventory], vaultSecrets: [], warn: () => {}, environment: {} },
      state: fixture.state.directory,
      listen: '127.0.0.1',
      httpPort,
      httpsPort: 0,
      log: createLog(() => {}),
    },
    AbortSignal.abort(),
    () => {},
  ).then(
    () => 'it ran',
    (thrown) => thrown.message,
  )

test('a second provisioner of the same state is refused', async () => {
  const file = runtimeFiles(fixture.state.directory).pid
  const other = spawn('sleep', ['60'], { argv0: 'serve' })
  await writeFile(file, `${other.pid}\n`)
  assert.match(await refusal(0), `runs already: process ${other.pid}`)
  other.kill()
  await writeFile(file, `${process.pid}\n`)
})

test('a port that is taken is told with a hint', async () => {
  assert.match(await refusal(ready.http), `cannot listen on 127.0.0.1:${ready.http}`)
})

test('a changed inventory is followed; a broken one leaves the former in force and says so', async () => {
  const hosts = join(fixture.inventory, 'hosts.yml')
  const before = await readFile(hosts, 'utf8')
  const names = async () =>
    (JSON.parse((await send('socket', '/nodes')).body.toString()) as { node: string }[]).map(({ node }) => node)
  assert.equal(await names(), ['n01', 'n02', 'n03'])
  await writeFile(
    hosts,
    before.replace(
      '            n03:',
      '            n04: {node_networks: {eno1: {mac: "52:54:00:00:04:01"}}}\n            n03:',
    ),
  )
  await until(async () => (await names()).includes('n04'))
  await writeFile(hosts, 'all: [\n')
  await until(async () => logged.some((line) => line.includes('the former one stays in force')))
  assert.ok((await names()).includes('n04'))
  await writeFile(hosts, before)
  await until(async () => !(await names()).includes('n04'))
})

test('it ends at once and leaves nothing, also with a client that hangs', async () => {
  const slow = connect(ready.http, '127.0.0.1')
  slow.on('error', () => {})
  slow.write('GET /boot/ipxe HTTP/1.1\r\n')
  const { pid, ready: file, socket } = runtimeFiles(fixture.state.directory)
  assert.ok(existsSync(file))
  stop.abort()
  await running
  for (const each of [pid, file, socket]) assert.not.ok(existsSync(each), each)
  slow.destroy()
})

test.run()
