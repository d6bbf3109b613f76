import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { waitFor } from '../../../agent/system/wait.ts'
import { execute, tool } from '../../../engine/process.ts'
import { publishImage } from '../../../provisioner/image/publish.ts'
import { openState, type State } from '../../../provisioner/state.ts'
import type { BootEvent, Session } from '../../../schema/types.ts'
import { manifestIn, treeFiles, writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

// The agent of a running node against a real provisioner, each in a network namespace of its own.
const test = suite('agent runtime service')
const root = join(import.meta.dirname, '..', '..', '..')
const mac = '02:00:00:00:01:01'
const [head, node] = [`prelude-rt-head-${process.pid}`, `prelude-rt-node-${process.pid}`]

const site = {
  'inventory/hosts.yml': `all:
  children:
    images: {hosts: {compute: {}}}
    nodes: {hosts: {n01: {}}}
`,
  'inventory/group_vars/all.yml': 'prelude_server: 10.77.1.1\nprelude_boot: {window: open}\n',
  'inventory/group_vars/nodes.yml': `node_image: compute
node_networks: {eno1: {mac: "${mac}", boot: true, address: 10.77.1.2/24}}
node_overlays: {runtime: [own]}
`,
  'inventory/overlays/own/overlay.yml': 'modes: {etc/key: "0600"}\nunits: {etc/clock.conf: [clock.service]}\n',
  'inventory/overlays/own/etc/key': 'first',
  'inventory/overlays/own/etc/clock.conf': 'server a\n',
  'inventory/overlays/own/etc/passing': 'soon gone\n',
  'playbooks/compute.yml': '- {name: build, hosts: compute, connection: image, tasks: []}\n',
}

let work: string
let state: State
let server: ChildProcess | undefined
let agent: ChildProcess | undefined
let said = ''
let boot: string

const inside = (namespace: string, argv: readonly string[]): [string, string[]] => [
  'ip',
  ['netns', 'exec', namespace, ...argv],
]

const ended = (child: ChildProcess | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) resolve()
    else child.on('close', () => resolve())
  })

const stop = async (child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> => {
  child?.kill(signal)
  await ended(child)
}

/** Waits for what the agent or the provisioner does in its own time. */
const until = async <T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  const answer = await waitFor(60, async () => ask(), 50)
  if (answer === undefined) throw new Error(`${what} did not happen; the agent said:\n${said.slice(-3000)}`)
  return answer
}

const startServer = async (): Promise<void> => {
  const options = ['-i', join(work, 'site/inventory'), '--state', join(work, 'state'), '--dhcp', 'none']
  server = spawn(...inside(head, [join(root, 'scripts/launch'), 'provision', 'serve', ...options]), {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let ready = ''
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (chunk) => {
      ready += chunk
      said += chunk
    })
  await until('the start of the provisioner', () => ready.includes('ready: http') || undefined)
}

const curl = (...args: readonly string[]): Promise<string> => tool(...inside(node, ['curl', '-sf', ...args]))

/** What the agent in the initramfs leaves: a session, and a boot that came to its end. */
const leaveSession = async (): Promise<void> => {
  const script = await curl(`http://10.77.1.1:9873/boot/ipxe?mac=${mac}`)
  const file = join(work, 'boot.cpio')
  await curl('-o', file, `http://10.77.1.1:9873${/\/boot\/initrd\/\w+/.exec(script)?.[0]}`)
  const manifest = manifestIn(fs.readFileSync(file))
  const { servers, ca, image, token } = manifest
  fs.writeFileSync(join(work, 'ca.pem'), ca)
  const post = async (path: string, body: unknown, ...more: readonly string[]) =>
    curl(
      '--cacert',
      join(work, 'ca.pem'),
      '-H',
      'content-type: application/json',
      ...more,
      '-d',
      JSON.stringify(body),
      `https://10.77.1.1:9874${path}`,
    )
  const session = JSON.parse(await post('/session', { token })) as Session
  boot = session.boot
  const finished = { node: 'n01', boot, sequence: 0, time: '2026-01-01T00:00:00Z', stage: 'boot', state: 'finished' }
  await post('/events', [finished], '-H', `authorization: Bearer ${session.key}`)
  const handover = { session, servers, ca, image, sequence: 1, pending: [] }
  fs.writeFileSync(join(work, 'session.json'), JSON.stringify(handover), { mode: 0o600 })
}

const startAgent = (): void => {
  const places = ['--root', join(work, 'root'), '--session', join(work, 'session.json')]
  agent = spawn(...inside(node, [join(root, 'dist/prelude-agent'), 'runtime', '--interval', '0.3', ...places]), {
    env: { PATH: `${join(work, 'bin')}:${process.env['PATH']}`, NOTIFY_SOCKET: '/nowhere' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [agent.stdout, agent.stderr])
    stream?.on('data', (chunk) => {
      said += chunk
    })
}

const events = async (): Promise<readonly BootEvent[]> =>
  (await state.events.list({ boot })).flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []))

const told = (pattern: RegExp) => async () => (await events()).find(({ message }) => pattern.test(message ?? ''))

const overlay = (path: string) => join(work, 'site/inventory/overlays/own', path)
const laid = (path: string) => join(work, 'root', path)
const read = (path: string): string | undefined =>
  fs.existsSync(laid(path)) ? fs.readFileSync(laid(path), 'utf8') : undefined
const log = (name: string): string[] =>
  fs.existsSync(join(work, name)) ? fs.readFileSync(join(work, name), 'utf8').trim().split('\n') : []

test.before(async () => {
  await tool(join(root, 'scripts/launch'), ['agent', '--version'])
  work = await mkdtemp('/var/tmp/prelude-runtime-')
  const tell = (name: string, more: string) => ({
    text: `#!/bin/sh\necho "$*" >> ${join(work, name)}\n${more}`,
    mode: 0o755,
  })
  await writeFiles(work, {
    'bin/systemctl': tell('systemctl.log', '[ "$1" = is-system-running ] && echo running\nexit 0\n'),
    'bin/systemd-notify': tell('notify.log', ''),
    'root/etc/passing': 'of the image\n',
    'root/etc/other': 'of the image\n',
  })
  await writeFiles(join(work, 'site'), site)
  await writeFiles(join(work, 'tree'), treeFiles)
  state = await openState(join(work, 'state'))
  await publishImage(state, { tree: join(work, 'tree'), name: 'compute', playbook: 'playbooks/compute.yml' })
  for (const command of [
    ['netns', 'add', head],
    ['netns', 'add', node],
    ['link', 'add', 'link0', 'netns', head, 'type', 'veth', 'peer', 'name', 'link0', 'netns', node],
    ['-n', head, 'address', 'add', '10.77.1.1/24', 'dev', 'link0'],
    ['-n', node, 'address', 'add', '10.77.1.2/24', 'dev', 'link0'],
    ['-n', head, 'link', 'set', 'link0', 'up'],
    ['-n', node, 'link', 'set', 'link0', 'up'],
  ])
    await tool('ip', command)
  await startServer()
  await leaveSession()
})

test.after(async () => {
  await stop(agent, 'SIGKILL')
  await stop(server, 'SIGTERM')
  state?.close()
  for (const namespace of [node, head]) await execute('ip', ['netns', 'delete', namespace])
  await rm(work, { recursive: true, force: true })
})

test('the overlay is laid before systemd hears that the service is ready; then the node is', async () => {
  startAgent()
  await until('ready', async () => (await events()).find(({ state: what }) => what === 'ready'))
  assert.is(read('etc/key'), 'first')
  assert.is(fs.statSync(laid('etc/key')).mode & 0o777, 0o600)
  assert.is(read('etc/passing'), 'soon gone\n')
  assert.ok(log('notify.log').findIndex((line) => line.endsWith('READY=1')) >= 0)
  assert.ok(log('systemctl.log').includes('try-reload-or-restart clock.service'))
}, 90_000)

test('what stays as it is is neither fetched nor written again', async () => {
  const { ctimeMs } = fs.statSync(laid('etc/key'))
  const count = log('notify.log').length
  await until('three more looks', () => log('notify.log').length >= count + 3 || undefined)
  assert.is(fs.statSync(laid('etc/key')).ctimeMs, ctimeMs)
  assert.is((await events()).filter(({ stage, state: what }) => stage === 'runtime' && what === 'finished').length, 1)
}, 90_000)

test('a change on the provisioner comes, its units are told, what left is as the image had it', async () => {
  fs.writeFileSync(join(work, 'systemctl.log'), '')
  fs.writeFileSync(overlay('etc/clock.conf'), 'server b\n')
  fs.rmSync(overlay('etc/passing'))
  await until('the change', told(/laid \/etc\/clock\.conf.*removed \/etc\/passing|removed \/etc\/passing/))
  await until('the new file', () => read('etc/clock.conf') === 'server b\n' || undefined)
  assert.is(read('etc/passing'), 'of the image\n')
  await until(
    'the word to the unit',
    () => log('systemctl.log').includes('try-reload-or-restart clock.service') || undefined,
  )
}, 90_000)

test('what somebody changed on the node is restored and reported', async () => {
  fs.writeFileSync(laid('etc/key'), 'by hand')
  await until('the report', told(/^restored \/etc\/key, which the node had otherwise$/))
  assert.is(read('etc/key'), 'first')
}, 90_000)

test('a provisioner that is down is asked again, and sessions outlive its restart', async () => {
  await stop(server, 'SIGTERM')
  await until('trouble', () => /warning: runtime overlay: .*ECONNREFUSED/.test(said) || undefined)
  fs.writeFileSync(overlay('etc/key'), 'second')
  await startServer()
  await until('the new overlay', () => read('etc/key') === 'second' || undefined)
  await until('its report', told(/laid \/etc\/key/))
  assert.is(agent?.exitCode, null)
}, 120_000)

test('an agent that is killed knows what it laid, and is not ready a second time', async () => {
  await stop(agent, 'SIGKILL')
  fs.writeFileSync(overlay('etc/added'), 'x')
  startAgent()
  await until('the added file', () => read('etc/added'))
  fs.rmSync(overlay('etc/added'))
  await until('its end', () => read('etc/added') === undefined || undefined)
  assert.is((await events()).filter(({ state: what }) => what === 'ready').length, 1)
  assert.is(read('etc/other'), 'of the image\n')
}, 90_000)

test('a session that the provisioner lost: the overlay stays, and the node says why', async () => {
  const other = await state.tokens.begin({ node: 'n01', mac, address: '10.77.1.2', image: 'i', kernel: 'k' })
  const token = (await state.tokens.issue(other.id, { seconds: 60, times: 1 }))!
  await state.tokens.spend(token, '10.77.1.2', 60) // ends the node's session, as a boot of the same node would
  await until('the word', () => /does not know the session of this boot any more/.test(said) || undefined)
  const count = log('notify.log').length
  await until('two more looks', () => log('notify.log').length >= count + 2 || undefined)
  assert.is(said.match(/does not know the session/g)?.length, 1, 'said once')
  assert.is(read('etc/key'), 'second')
  assert.ok(log('notify.log').at(-1)?.includes('does not know the session'), "in systemd's status too")
}, 90_000)

test('it ends when it is told to, and its session file stays for root alone', async () => {
  await stop(agent, 'SIGTERM')
  assert.is(agent?.exitCode, 0, said.slice(-2000))
  assert.is(fs.statSync(join(work, 'session.json')).mode & 0o777, 0o600)
}, 60_000)

test.run()
