import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { sessionSeconds, silenceSeconds, tokenSeconds, tokensPerBoot } from '../../provisioner/boot/limits.ts'
import { kernelArguments } from '../../provisioner/boot/script.ts'
import { powerNote } from '../../provisioner/commands/window.ts'
import { routes } from '../../provisioner/routes.ts'
import { secretStore } from '../../provisioner/secrets/store.ts'
import { application } from '../../provisioner/server.ts'
import type { Services } from '../../provisioner/services.ts'
import { digestOf } from '../../provisioner/store/digest.ts'
import type { BootManifest, Bundle, SecretBundle, Session } from '../../schema/types.ts'
import { suite } from '../suite.ts'
import { type Fixture, makeFixture, manifestIn } from './fixture.ts'
import { bootEvent } from './store/events.contract.ts'

const test = suite('routes')
const adminToken = 'the-admin-token'

let fixture: Fixture
test.beforeEach(async () => {
  fixture = await makeFixture()
  await secretStore(fixture.state.directory).set(
    { name: 'secrets.yml', scope: { kind: 'site' } },
    Buffer.from('munge_key: abc'),
  )
})
test.afterEach(() => fixture.remove())

type Ask = {
  readonly from?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

const ask = async (path: string, options: Ask = {}, services: Services = fixture.services): Promise<Response> => {
  const { from = '10.9.0.1', method = 'GET', headers = {}, body } = options
  const app = application(routes, services, adminToken)
  const init = {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }
  return app.request(path, init, { incoming: { socket: { remoteAddress: from } } } as never)
}

const macs = { n01: '52:54:00:00:01:01', n02: '52:54:00:00:02:01', n03: '52:54:00:00:03:01' } as const
const addresses = { n01: '10.9.0.1', n02: '10.9.0.2', n03: '10.9.0.3' } as const
type Name = keyof typeof macs

const scriptOf = async (node: Name, from: string = addresses[node]): Promise<string> =>
  (await ask(`/boot/ipxe?mac=${macs[node]}`, { from })).text()

const initrdPath = (script: string): string => /(\/boot\/initrd\/\S+)/.exec(script)?.[1] ?? '/boot/initrd/none'

const manifestOf = async (node: Name): Promise<BootManifest> => {
  const answer = await ask(initrdPath(await scriptOf(node)), { from: addresses[node] })
  assert.is(answer.status, 200)
  return manifestIn(Buffer.from(await answer.arrayBuffer()))
}

const spend = (token: string, from: string) => ask('/session', { method: 'POST', from, body: { token } })

const sessionOf = async (node: Name): Promise<{ session: Session; as: (options?: Ask) => Ask }> => {
  const answer = await spend((await manifestOf(node)).token, addresses[node])
  assert.is(answer.status, 200)
  const session = (await answer.json()) as Session
  return {
    session,
    as: (options = {}) => ({
      from: addresses[node],
      ...options,
      headers: { authorization: `Bearer ${session.key}`, ...options.headers },
    }),
  }
}

const alarms = async (): Promise<string[]> =>
  (await fixture.state.events.list()).flatMap((entry) => (entry.kind === 'alarm' ? [entry.message] : []))

test('every route says who may use it', () => {
  for (const route of routes) {
    assert.ok(['anyone', 'boot', 'session', 'booting', 'admin'].includes(route.who), `${route.method} ${route.path}`)
    assert.is(typeof route.handler, 'function')
  }
  const plain = routes.filter(({ listener }) => listener === 'http')
  assert.ok(
    plain.every(({ who }) => who === 'anyone' || who === 'boot'),
    'nothing private goes over the plain listener',
  )
  const names = routes.map(({ method, path, listener }) => `${method} ${path} ${listener}`)
  assert.is(new Set(names).size, names.length)
})

test('no session route answers without a session, no admin route without the token', async () => {
  for (const { method, path, who } of routes) {
    if (who === 'anyone' || who === 'boot') continue
    const asked = path.replace(':digest', `sha256:${'0'.repeat(64)}`)
    for (const authorization of ['', 'Bearer x', 'Bearer x.y', 'Basic eDp5', 'Bearer null']) {
      const answer = await ask(asked, {
        method,
        headers: authorization ? { authorization } : {},
        ...(method === 'POST' ? { body: [] } : {}),
      })
      assert.is(answer.status, 401, `${method} ${path} with '${authorization}'`)
    }
  }
})

test('the boot script loads kernel, initramfs and the per-boot initrd of the image', async () => {
  const script = await scriptOf('n01')
  const { kernels } = fixture.image.manifest
  assert.ok(script.startsWith('#!ipxe\n'))
  assert.match(
    script,
    `http://10.9.0.254:9873/blobs/${kernels[0]!.kernel.digest} initrd=initramfs initrd=boot root=prelude panic=30 rd.shell=0 rd.emergency=reboot console=ttyS0 iommu=pt ||`,
  )
  assert.match(script, kernels[0]!.initramfs!.digest)
  assert.match(script, '6.1.0-10')
  assert.not.match(script, 'token')
})

test('a node waits for nobody at its console; what its record says comes last and wins', () => {
  const node = fixture.site.nodes.get('n01')!
  const attended = { ...node, boot: { ...node.boot, shell: true } }
  for (const each of [node, attended])
    assert.equal(kernelArguments(each).slice(0, 4), ['root=prelude', 'panic=30', 'rd.shell=0', 'rd.emergency=reboot'])
  assert.is(kernelArguments(node).at(-1), 'iommu=pt')
})

test('a boot script asked for again soon is of the same boot', async () => {
  assert.is(await scriptOf('n01'), await scriptOf('n01'))
  assert.is((await fixture.state.tokens.boots()).length, 1)
  const path = initrdPath(await scriptOf('n01'))
  await ask(path)
  assert.is.not(initrdPath(await scriptOf('n01')), path, 'a node that went on and comes back begins a new boot')
  assert.is((await fixture.state.tokens.boots()).length, 2)
})

test('a node whose first cable is dead boots over the other card of its bond', async () => {
  const script = await (await ask('/boot/ipxe?mac=52:54:00:00:01:02', { from: addresses.n01 })).text()
  assert.match(script, 'echo n01 boots compute@')
  const answer = await ask(initrdPath(script), { from: addresses.n01 })
  assert.is(manifestIn(Buffer.from(await answer.arrayBuffer())).node, 'n01')
})

test('a machine that is not ours goes on with its next boot device', async () => {
  const answer = await ask('/boot/ipxe?mac=00:00:00:00:00:01')
  assert.is(answer.status, 200)
  assert.match(await answer.text(), /is not in the inventory\nexit 1/)
  assert.is((await ask('/boot/ipxe')).status, 400)
  assert.is((await ask('/boot/ipxe?mac=%0aboot')).status, 400)
})

test('a node that names the MAC of another gets nothing of it, and is told on', async () => {
  const script = await scriptOf('n01', addresses.n02)
  assert.not.match(script, 'initrd')
  assert.match((await alarms()).join(), /from 10\.9\.0\.2, which is not its address/)
})

test('an image that is not there makes the node wait, and says so', async () => {
  const { record, ...node } = fixture.site.nodes.get('n01')!
  const nodes = new Map([['n01', { ...node, record: { ...record, image: 'nothing' } }]])
  const services = { ...fixture.services, site: async () => ({ ...fixture.site, nodes }) }
  const answer = await ask(`/boot/ipxe?mac=${macs.n01}`, {}, services)
  assert.match(await answer.text(), /there is no image 'nothing'[\s\S]*reboot/)
})

test('with window power a node boots only after it was opened', async () => {
  const node = fixture.site.nodes.get('n01')!
  const nodes = new Map([['n01', { ...node, boot: { window: 'power' as const } }]])
  const services = { ...fixture.services, site: async () => ({ ...fixture.site, nodes }) }
  const script = async () => (await ask(`/boot/ipxe?mac=${macs.n01}`, {}, services)).text()
  assert.match(await script(), 'window is closed')
  await fixture.state.tokens.openWindow('n01', new Date(fixture.clock.now + 1000))
  assert.match(await script(), '/boot/initrd/')
  fixture.clock.now += 1001
  assert.match(await script(), 'window is closed')
})

test('a node that runs begins no boot until it is down, unless it was opened', async () => {
  const script = async (services = fixture.services) => (await ask(`/boot/ipxe?mac=${macs.n01}`, {}, services)).text()
  const { as, session } = await sessionOf('n01')
  const report = (stage: string, state: string, sequence: number) => {
    const event = { node: 'n01', boot: session.boot, sequence, time: '2026-01-01T00:00:00Z', stage, state }
    return ask('/events', as({ method: 'POST', body: [event] }))
  }
  assert.match(await script(), '/boot/initrd/', 'a boot that failed half-way begins again')
  await report('boot', 'finished', 1)
  assert.match(await script(), /running a moment ago[\s\S]*reboot/)
  await fixture.state.tokens.openWindow('n01', new Date(fixture.clock.now + 1000))
  assert.match(await script(), '/boot/initrd/')
  fixture.clock.now += silenceSeconds * 1000 - 1
  assert.match(await script(), 'running a moment ago')
  assert.is((await ask('/overlay/runtime', as())).status, 200)
  fixture.clock.now += silenceSeconds * 1000 - 1
  assert.match(await script(), 'running a moment ago', 'each word of the node counts')
  fixture.clock.now += 1
  assert.match(
    await script({ ...fixture.services, started: new Date(fixture.clock.now - 1000) }),
    'running a moment ago',
  )
  assert.match(await script(), '/boot/initrd/', 'it fell silent')
  await report('runtime', 'stopped', 2)
  assert.match(await script(), '/boot/initrd/', 'it said that it stops')
  assert.is((await ask('/overlay/runtime', as())).status, 200)
  assert.match(await script(), 'running a moment ago', 'and was heard again')
})

test('the per-boot initrd holds the manifest of the node', async () => {
  const manifest = await manifestOf('n01')
  assert.is(manifest.node, 'n01')
  assert.is(manifest.ca, fixture.services.ca)
  assert.equal(manifest.servers, [{ https: 'https://10.9.0.254:9874', http: 'http://10.9.0.254:9873' }])
  assert.is(manifest.image.digest, fixture.image.manifest.rootfs.digest)
  assert.equal(
    manifest.network.map(({ name }) => name),
    ['eno1', 'eno2', 'bond0'],
  )
  assert.is(manifest.network[0]?.mac, macs.n01)
})

test('a node learns how often it tried, and what became of its last boot', async () => {
  const attempt = async () => {
    fixture.clock.now += 60_000
    const { retry, boot } = await manifestOf('n01')
    return { tries: retry?.attempt, last: retry?.last?.replace(/ at \S+Z/, ''), boot }
  }
  const first = await attempt()
  assert.equal([first.tries, first.last], [1, undefined])
  const second = await attempt()
  assert.equal(
    [second.tries, second.last],
    [2, 'nothing was heard after its initrd was sent: it hung, was killed or lost its power'],
  )
  const event = { node: 'n01', boot: second.boot, time: '2026-01-01T00:00:00Z' }
  await fixture.state.events.add([{ ...event, sequence: 0, stage: 'root', state: 'failed', message: 'wrong digest' }])
  const third = await attempt()
  assert.equal([third.tries, third.last], [3, 'root failed: wrong digest'])
  const notes = (await fixture.state.events.list({ node: 'n01' })).flatMap((entry) =>
    entry.kind === 'server' && entry.message.startsWith('nothing was heard') ? [entry.boot] : [],
  )
  assert.equal(notes, [first.boot], 'what nobody told of a boot is told by the next, once')
  fixture.clock.now += 1000
  await powerNote(fixture.state, 'n01')
  const fourth = await attempt()
  assert.is(fourth.tries, 1, 'who switches a node on begins anew')
})

test('the initrd of a boot goes to its node, in its time, a few times', async () => {
  const path = initrdPath(await scriptOf('n01'))
  assert.is((await ask(path, { from: addresses.n02 })).status, 403)
  assert.is((await ask('/boot/initrd/00', {})).status, 404)
  for (let count = 0; count < tokensPerBoot; count++) assert.is((await ask(path)).status, 200)
  assert.is((await ask(path)).status, 410)
  assert.is((await alarms()).length, 2)
  const late = initrdPath(await scriptOf('n02'))
  fixture.clock.now += tokenSeconds * 1000 + 1000
  assert.is((await ask(late, { from: addresses.n02 })).status, 410)
})

test('asking for the head of an initrd makes no token', async () => {
  const path = initrdPath(await scriptOf('n01'))
  for (let count = 0; count < 2 * tokensPerBoot; count++) assert.is((await ask(path, { method: 'HEAD' })).status, 200)
  assert.is((await ask(path)).status, 200)
})

test('a token opens one session; a second use is an alarm', async () => {
  const { token } = await manifestOf('n01')
  const first = await spend(token, addresses.n01)
  assert.is(first.status, 200)
  assert.is(first.headers.get('cache-control'), 'no-store')
  const session = (await first.json()) as Session
  assert.is(session.node, 'n01')
  assert.ok(Date.parse(session.expires) - Date.now() > (sessionSeconds - 60) * 1000)
  assert.is((await spend(token, addresses.n01)).status, 401)
  assert.equal(await alarms(), [`its token was used a second time (from ${addresses.n01})`])
})

test('a token is of no use to another machine', async () => {
  const { token } = await manifestOf('n01')
  const answer = await ask('/session', {
    method: 'POST',
    from: addresses.n02,
    body: { token },
    headers: { 'x-forwarded-for': addresses.n01 },
  })
  assert.is(answer.status, 401)
  assert.is((await alarms()).length, 1)
  assert.is((await spend(token, addresses.n01)).status, 200)
})

test('what is no token raises no alarm and tells nothing', async () => {
  const { token, boot } = await manifestOf('n01')
  for (const body of [
    '',
    '{',
    '[]',
    '{}',
    { token: 1 },
    { token: '' },
    { token: boot },
    { token: `${boot}.x` },
    { token: `${token}x` },
  ]) {
    const answer = await ask('/session', { method: 'POST', body })
    assert.ok([400, 401].includes(answer.status))
  }
  assert.equal(await alarms(), [])
})

test('a session is of no use from another address', async () => {
  const { as } = await sessionOf('n01')
  assert.is((await ask('/secrets', { ...as(), from: addresses.n02 })).status, 401)
  assert.match((await alarms()).join(), /session was used from 10\.9\.0\.2/)
})

test('secrets go to their node, and are kept by no cache', async () => {
  const { as } = await sessionOf('n01')
  await secretStore(fixture.state.directory).set(
    { name: 'secrets.yml', scope: { kind: 'node', name: 'n02' } },
    Buffer.from('of n02'),
  )
  const answer = await ask('/secrets', as())
  assert.is(answer.headers.get('cache-control'), 'no-store')
  const { files, missing } = (await answer.json()) as SecretBundle
  assert.equal(files, [
    { name: 'secrets.yml', required: true, content: Buffer.from('munge_key: abc').toString('base64') },
  ])
  assert.equal(missing, ['extra.key'], 'an optional secret that is not set is named')
  const said = (await fixture.state.events.list()).map((entry) => ('message' in entry ? entry.message : ''))
  assert.ok(said.includes('secrets sent: secrets.yml; optional and not set: extra.key'), said.join('\n'))
  assert.not.match(JSON.stringify(fixture.logged), 'munge_key')
  assert.not.match(JSON.stringify(await fixture.state.events.list()), 'munge_key')
})

test('a node that runs gets no secret and no bundle any more, and cannot begin a boot of itself', async () => {
  const { session, as } = await sessionOf('n01')
  const report = (state: string, sequence: number) =>
    ask(
      '/events',
      as({ method: 'POST', body: [bootEvent({ boot: session.boot, stage: 'boot', state, sequence } as never)] }),
    )
  await fixture.state.tokens.openWindow('n01', new Date(fixture.clock.now + 60_000))
  assert.is((await report('failed', 1)).status, 200)
  assert.is((await ask('/secrets', as())).status, 200, 'a boot that failed has its window still')
  assert.ok(await fixture.state.tokens.window('n01'))
  assert.is((await report('finished', 2)).status, 200)
  for (const path of ['/secrets', '/bundle', `/bundle/files/sha256:${'0'.repeat(64)}`])
    assert.is((await ask(path, as())).status, 403, path)
  assert.is((await ask('/overlay/runtime', as())).status, 200)
  assert.is(await fixture.state.tokens.window('n01'), undefined)
})

test('a required secret that is not set is refused by name', async () => {
  await secretStore(fixture.state.directory).remove({ name: 'secrets.yml', scope: { kind: 'site' } })
  const { as } = await sessionOf('n01')
  const answer = await ask('/secrets', as())
  assert.is(answer.status, 409)
  assert.match(await answer.text(), 'required secret secrets.yml is not set (provision secrets set secrets.yml)')
})

test("overlays are the node's own, and answer 304 when nothing changed", async () => {
  const { as } = await sessionOf('n02')
  const answer = await ask('/overlay/system', as())
  assert.is(answer.headers.get('content-type'), 'application/x-tar')
  const archive = Buffer.from(await answer.arrayBuffer()).toString('latin1')
  assert.match(archive, /etc\/hostname[\s\S]*n02\n/)
  assert.not.match(archive, 'n01\n\0')
  const etag = answer.headers.get('etag') ?? ''
  const again = await ask('/overlay/system', as({ headers: { 'if-none-match': etag } }))
  assert.is(again.status, 304)
  assert.is(await again.text(), '')
  assert.match(await (await ask('/overlay/runtime', as())).text(), 'ssh-ed25519 AAAA admin')
})

test('so many transfers run at a time; who comes then is told when to come again', async () => {
  const site = await fixture.services.site()
  const services = {
    ...fixture.services,
    site: async () => ({ ...site, settings: { ...site.settings, transfers: 2 } }),
  }
  // more than what is read ahead of who asks: a smaller one may have ended before the next is asked for
  const { digest, size } = await fixture.state.blobs.put(
    Readable.from(Array.from({ length: 64 }, () => randomBytes(1 << 16))),
  )
  const path = `/blobs/${digest}`
  const running = [await ask(path, {}, services), await ask(path, {}, services)]
  const busy = await ask(path, {}, services)
  assert.is(busy.status, 503)
  assert.is(busy.headers.get('retry-after'), '1')
  assert.is(await busy.text(), '2 transfers run: come again in 1 s\n')
  assert.is((await ask(path, { method: 'HEAD' }, services)).status, 200)
  assert.is((await ask('/boot/ipxe?mac=00:00:00:00:00:00', {}, services)).status, 200)
  await running[0]!.body!.cancel() // its node was switched off
  /** A place is free a moment after its transfer has ended. */
  const whenFree = async () => {
    for (;;) {
      const response = await ask(path, {}, services)
      if (response.status !== 503) return response
      await sleep(10)
    }
  }
  const next = await whenFree()
  assert.is(next.status, 200)
  assert.is((await next.arrayBuffer()).byteLength, size)
  await running[1]!.arrayBuffer()
  for (const response of [await whenFree(), await whenFree()]) {
    assert.is(response.status, 200, 'all places are free again')
    await response.body!.cancel()
  }
})

test('the system overlay of a boot is the one that its manifest names, whatever changes in between', async () => {
  const manifest = await manifestOf('n02')
  const before = await fixture.services.site()
  const node = { ...before.nodes.get('n02')!, record: { ...before.nodes.get('n02')!.record, overlays: { system: [] } } }
  const changed = { ...fixture.services, site: async () => ({ ...before, nodes: new Map([['n02', node]]) }) }
  const { key } = (await (await spend(manifest.token, addresses.n02)).json()) as Session
  const own = { from: addresses.n02, headers: { authorization: `Bearer ${key}` } }
  const archive = Buffer.from(await (await ask('/overlay/system', own, changed)).arrayBuffer())
  assert.equal(manifest.overlay, { digest: digestOf(archive), size: archive.length })
  assert.match(archive.toString('latin1'), /etc\/hostname/)
  // who may write into the store cannot give the node something else either: its digest is another
  await writeFile(join(fixture.state.directory, 'overlays', `${manifest.boot}.tar`), 'something else')
  const other = Buffer.from(await (await ask('/overlay/system', own, changed)).arrayBuffer())
  assert.is.not(digestOf(other), manifest.overlay?.digest)
})

test("the bundle is the node's share of its image's playbook, its files by digest", async () => {
  const { as } = await sessionOf('n01')
  const bundle = (await (await ask('/bundle', as())).json()) as Bundle
  assert.is(bundle.node, 'n01')
  assert.equal(
    bundle.files.map(({ path }) => path),
    ['playbooks/files/motd', 'playbooks/templates/greeting.j2'],
  )
  const file = await ask(`/bundle/files/${bundle.files[0]!.digest}`, as())
  assert.is(await file.text(), 'welcome\n')
  const rootfs = fixture.image.manifest.rootfs.digest
  assert.is((await ask(`/bundle/files/${rootfs}`, as())).status, 404, 'nothing but the bundle is served there')
})

test("events are stored once, for the session's own boot", async () => {
  const { session, as } = await sessionOf('n01')
  const { boot } = session
  const post = (body: unknown) => ask('/events', as({ method: 'POST', body }))
  const event = bootEvent({ boot, stage: 'network', state: 'finished', ms: 12 })
  assert.equal(await (await post([event])).json(), { stored: 1 })
  assert.equal(await (await post([event, bootEvent({ boot, sequence: 1 })])).json(), { stored: 1 })
  assert.is((await post([bootEvent({ boot: 'other' })])).status, 403)
  assert.is((await post([bootEvent({ boot, node: 'n02' })])).status, 403)
  assert.is((await post([{ ...event, stage: 'party' }])).status, 400)
  assert.is((await post({})).status, 400)
  assert.is((await post('no JSON')).status, 400)
})

test('blobs come whole, in ranges, or not at all', async () => {
  const { digest, size } = fixture.image.manifest.rootfs
  const path = `/blobs/${digest}`
  const whole = Buffer.from(await (await ask(path)).arrayBuffer())
  assert.is(whole.length, size)
  const cases: [Record<string, string>, number, string | null, Buffer | undefined][] = [
    [{ range: 'bytes=2-5' }, 206, `bytes 2-5/${size}`, whole.subarray(2, 6)],
    [{ range: `bytes=${size - 3}-` }, 206, `bytes ${size - 3}-${size - 1}/${size}`, whole.subarray(-3)],
    [{ range: 'bytes=-4' }, 206, `bytes ${size - 4}-${size - 1}/${size}`, whole.subarray(-4)],
    [{ range: 'bytes=0-999999999' }, 206, `bytes 0-${size - 1}/${size}`, whole],
    [{ range: `bytes=${size}-` }, 416, `bytes */${size}`, undefined],
    [{ range: 'bytes=5-2' }, 200, null, whole],
    [{ range: 'bytes=0-1,4-5' }, 200, null, whole],
    [{ range: 'lines=1-2' }, 200, null, whole],
    [{ range: 'bytes=2-5', 'if-range': `"${digest}"` }, 206, `bytes 2-5/${size}`, whole.subarray(2, 6)],
    [{ range: 'bytes=2-5', 'if-range': '"another"' }, 200, null, whole],
  ]
  for (const [headers, status, range, body] of cases) {
    const answer = await ask(path, { headers })
    assert.is(answer.status, status, JSON.stringify(headers))
    assert.is(answer.headers.get('content-range'), range)
    if (body) assert.ok(Buffer.from(await answer.arrayBuffer()).equals(body), JSON.stringify(headers))
  }
  const head = await ask(path, { method: 'HEAD' })
  assert.is(head.headers.get('content-length'), String(size))
  assert.is(head.headers.get('etag'), `"${digest}"`)
  assert.match(head.headers.get('cache-control') ?? '', 'immutable')
  assert.is((await ask(path, { headers: { 'if-none-match': `"${digest}"` } })).status, 304)
  for (const other of [`sha256:${'0'.repeat(64)}`, 'sha256:..', '..%2f..%2fsecrets.key']) {
    assert.is((await ask(`/blobs/${other}`)).status, 404, other)
  }
})

test('the status of nodes is for admins', async () => {
  await sessionOf('n01')
  const headers = { authorization: `Bearer ${adminToken}` }
  const nodes = (await (await ask('/nodes', { headers })).json()) as { node: string; stage?: string }[]
  assert.equal(
    nodes.map(({ node, stage }) => [node, stage]),
    [
      ['n01', 'session'],
      ['n02', undefined],
      ['n03', undefined],
    ],
  )
  const basic = { authorization: `Basic ${Buffer.from(`admin:${adminToken}`).toString('base64')}` }
  const page = await ask('/status', { headers: basic })
  assert.match(page.headers.get('content-security-policy') ?? '', "default-src 'none'")
  assert.match(await page.text(), '<td>n01</td>')
  assert.not.match(await (await ask('/status?rows', { headers })).text(), '<html')
})

test('events are streamed as they come, from where the reader left off', async () => {
  const headers = { authorization: `Bearer ${adminToken}`, 'last-event-id': '0' }
  await fixture.state.events.note({ kind: 'server', node: 'n01', message: 'before' })
  const answer = await ask('/events', { headers })
  assert.match(answer.headers.get('content-type') ?? '', 'text/event-stream')
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  assert.match((await reader.read()).value ?? '', /event: server\ndata: .*before/)
  await fixture.state.events.note({ kind: 'alarm', node: 'n01', message: 'after' })
  assert.match((await reader.read()).value ?? '', /event: alarm\ndata: .*after/)
  await reader.cancel()
})

test('a site without nodes and images refuses, and does not fail', async () => {
  const services = { ...fixture.services, site: async () => ({ ...fixture.site, nodes: new Map() }) }
  const { as } = await sessionOf('n01')
  assert.match(await (await ask(`/boot/ipxe?mac=${macs.n01}`, {}, services)).text(), 'not in the inventory')
  for (const path of ['/overlay/system', '/overlay/runtime', '/secrets', '/bundle']) {
    assert.is((await ask(path, as(), services)).status, 410, path)
  }
  const headers = { authorization: `Bearer ${adminToken}` }
  assert.equal(await (await ask('/nodes', { headers }, services)).json(), [])
})

test('a store that breaks is 500 in one line, a boot script is to ask again, and its reason stays in the log', async () => {
  const { session, as } = await sessionOf('n01')
  const paths: [string, Ask][] = [
    [`/boot/ipxe?mac=${macs.n02}`, { from: addresses.n02 }],
    [`/boot/initrd/${session.boot}`, {}],
    [`/blobs/${fixture.image.manifest.rootfs.digest}`, {}],
    ['/session', { method: 'POST', body: { token: 'a.b' } }],
    ['/overlay/system', as()],
    ['/overlay/runtime', as()],
    ['/bundle', as()],
    [`/bundle/files/sha256:${'0'.repeat(64)}`, as()],
    ['/secrets', as()],
    ['/events', as({ method: 'POST', body: [] })],
    ['/events', { headers: { authorization: `Bearer ${adminToken}` } }],
    ['/nodes', { headers: { authorization: `Bearer ${adminToken}` } }],
    ['/status', { headers: { authorization: `Bearer ${adminToken}` } }],
  ]
  assert.is(paths.length, routes.length, 'every route is tried')
  const broken = <T extends object>(store: T): T =>
    new Proxy(store, {
      get: (target, name) =>
        name === 'session'
          ? Reflect.get(target, name)
          : () => Promise.reject(new Error('disk on fire /var/lib/secret')),
    })
  const { state } = fixture
  const services = {
    ...fixture.services,
    site: async () =>
      state.directory === '' ? fixture.site : Promise.reject(new Error('disk on fire /var/lib/secret')),
    state: { ...state, blobs: broken(state.blobs), events: broken(state.events), tokens: broken(state.tokens) },
  }
  for (const [path, options] of paths) {
    if (path === '/events' && options.method === undefined) continue // a stream has begun its answer before anything can break
    const answer = await ask(path, options, services)
    if (path.startsWith('/boot/ipxe')) {
      assert.is(answer.status, 200, 'an error page would end the attempt of the firmware')
      assert.match(await answer.text(), /^#!ipxe\necho the provisioner failed; its log says why\n[\s\S]*\nreboot\n$/)
      continue
    }
    assert.is(answer.status, 500, `${options.method ?? 'GET'} ${path}`)
    assert.is(await answer.text(), 'the provisioner failed; its log says why\n')
  }
  assert.match(JSON.stringify(fixture.logged), 'disk on fire')
})

test("what a site's files are guilty of stands in the node's history", async () => {
  const { as } = await sessionOf('n01')
  const node = fixture.site.nodes.get('n01')!
  const nodes = new Map([['n01', { ...node, record: { ...node.record, overlays: { runtime: ['hostnam'] } } }]])
  const services = { ...fixture.services, site: async () => ({ ...fixture.site, nodes }) }
  assert.is((await ask('/overlay/runtime', as(), services)).status, 500)
  const last = (await fixture.state.events.list({ node: 'n01' })).at(-1)
  assert.match(last?.kind === 'server' ? last.message : '', "/overlay/runtime failed: there is no overlay 'hostnam'")
})

test.run()
