import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { styleFor } from '../../../engine/report/style.ts'
import { createProgram } from '../../../provisioner/cli.ts'
import { createOpening } from '../../../provisioner/commands/open.ts'
import type { Surroundings } from '../../../provisioner/commands/program.ts'
import { powerNote } from '../../../provisioner/commands/window.ts'
import { suite } from '../../suite.ts'
import { type Fixture, makeFixture } from '../fixture.ts'
import { bootEvent } from '../store/events.contract.ts'

const test = suite('provision commands')
let fixture: Fixture
test.beforeEach(async () => {
  fixture = await makeFixture({
    'inventory/host_vars/n01.yml': 'node_bmc: {type: ipmi, address: 10.3.0.1, user: admin, password: hunter2}\n',
  })
})
test.afterEach(() => fixture.remove())

type Ran = { readonly out: string; readonly error: string }

/** Runs a command line as `provision` would. A Failure is its message in `error`. */
const provision = async (line: string, input = ''): Promise<Ran> => {
  const out: string[] = []
  const error: string[] = []
  const surroundings: Surroundings = {
    print: (text) => out.push(text),
    complain: (text) => error.push(text),
    style: styleFor(false),
    environment: {},
    read: async () => Buffer.from(input),
    stop: new AbortController().signal,
    console: async () => {},
    self: ['provision'],
  }
  const opening = createOpening(surroundings)
  const where = ['-i', fixture.inventory, '--state', fixture.state.directory]
  const program = createProgram(surroundings, opening).configureOutput({ writeErr: (text) => error.push(text) })
  try {
    await program.parseAsync([...line.split(' '), ...where], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    error.push(`${thrown.code}: ${thrown.message}`)
  } finally {
    opening.close()
  }
  return { out: out.join('\n'), error: error.join('\n') }
}

const json = async (line: string): Promise<unknown> => JSON.parse((await provision(`${line} --json`)).out)

test('node list aligns its columns', async () => {
  const { out } = await provision('node list')
  assert.is(
    out,
    [
      'NODE  IMAGE    MAC                ADDRESS      OVER   GROUPS',
      'n01   compute  52:54:00:00:01:01  10.9.0.1/24  bond0  nodes,bonded',
      'n02   compute  52:54:00:00:02:01  10.9.0.2/24  bond0  nodes,bonded',
      'n03   compute  52:54:00:00:03:01  10.9.0.3/24  eno1   nodes,plain',
    ].join('\n'),
  )
  assert.is((await provision('node list n[02-03]')).out.split('\n').length, 3)
})

test('node show says where each field comes from, and no password', async () => {
  const { out } = await provision('node show n01')
  assert.match(out, /kernel\.args\.0 +console=ttyS0 +group_vars\/nodes\.yml:2:1\n/)
  assert.match(out, /kernel\.args\.1 +iommu=pt +group_vars\/bonded\.yml:1:1\n/)
  assert.match(out, /networks\.eno1\.mac +52:54:00:00:01:01 +hosts\.yml:\d+:\d+\n/)
  assert.match(out, /bmc\.password +\*\*\* /)
  for (const line of ['node show n01 --json', 'node list --json', 'node list', 'boot show n01']) {
    assert.not.match((await provision(line)).out, 'hunter2', line)
  }
})

test('unknown nodes, images and overlays are named with what there is', async () => {
  assert.match((await provision('node show n09')).error, "node.unknown: no node is named by 'n09'")
  assert.match((await provision('image show compote')).error, "image.unknown: there is no image 'compote'")
  assert.match((await provision('overlay render hostnam n01')).error, "overlay.unknown: there is no overlay 'hostnam'")
  assert.match(
    (await provision('overlay render hostname n01 --file /etc/passwd')).error,
    'gives n01 no file /etc/passwd',
  )
})

test('status and its stages follow the latest boot', async () => {
  const { tokens, events } = fixture.state
  const begin = () => tokens.begin({ node: 'n01', mac: 'm', address: 'a', image: 'compute@sha256:1', kernel: 'k' })
  const old = await begin()
  await events.add([bootEvent({ boot: old.id, stage: 'root', state: 'failed', message: 'old trouble' })])
  fixture.clock.now += 2
  const boot = await begin()
  await events.add([
    bootEvent({ boot: boot.id, sequence: 0, stage: 'network', state: 'started' }),
    bootEvent({ boot: boot.id, sequence: 1, stage: 'network', state: 'degraded', message: 'no partner' }),
    bootEvent({ boot: boot.id, sequence: 2, stage: 'network', state: 'finished', ms: 1200.4 }),
    bootEvent({ boot: boot.id, sequence: 3, stage: 'root', state: 'started' }),
  ])
  assert.match((await provision('node status n01')).out, /^NODE .*\nn01 +booting +root started .*no partner/)
  const { out } = await provision('node status --stages n01')
  assert.equal(
    out.split('\n').map((line) => line.split(/ {2,}/).map((cell) => cell.trim())),
    [
      ['NODE', 'STAGE', 'STATE', 'MS', 'MESSAGE'],
      ['n01', 'network', 'degraded', 'no partner'],
      ['n01', 'network', 'finished', '1200'],
      ['n01', 'root', 'started'],
    ],
  )
  assert.match((await provision('node status n02')).out, 'never seen')
  await events.note({ kind: 'alarm', node: 'n01', boot: boot.id, message: 'token used twice' })
  assert.match((await provision('node status n01')).out, /booting .*ALARM: token used twice/)
  assert.is(((await json('node status n01')) as { alarms: string[] }[])[0]?.alarms.length, 1)
})

const ready = (boot: string, sequence = 0) => bootEvent({ boot, sequence, stage: 'runtime', state: 'ready' })

test('wait ends when every node is ready', async () => {
  const { tokens, events } = fixture.state
  const boot = await tokens.begin({ node: 'n01', mac: 'm', address: 'a', image: 'i', kernel: 'k' })
  const waiting = provision('node wait n01 --timeout 50')
  await events.add([bootEvent({ boot: boot.id, sequence: 0, ms: 12 })])
  setTimeout(() => events.add([ready(boot.id, 1)]), 100)
  const { out, error } = await waiting
  assert.is(error, '')
  assert.match(out, 'n01: network finished (12 ms)')
  assert.match(out, 'n01: runtime ready')
})

test('wait fails with the reason of the node, or when the time is over', async () => {
  const { tokens, events } = fixture.state
  const boot = await tokens.begin({ node: 'n01', mac: 'm', address: 'a', image: 'i', kernel: 'k' })
  await events.add([bootEvent({ boot: boot.id, stage: 'root', state: 'failed', message: 'wrong digest' })])
  assert.match(
    (await provision('node wait n01')).error,
    'boot.failed: the boot of n01 failed in stage root: wrong digest',
  )
  assert.match((await provision('node wait n02 --timeout 0.2')).error, 'boot.timeout: not ready after 0.2 s: n02')
})

test('wait does not take a boot before we switched the node on for the one that follows', async () => {
  const { tokens, events } = fixture.state
  const boot = await tokens.begin({ node: 'n01', mac: 'm', address: 'a', image: 'i', kernel: 'k' })
  await events.add([ready(boot.id)])
  assert.is((await provision('node wait n01 --timeout 0.2')).error, '')
  fixture.clock.now += 2
  await powerNote(fixture.state, 'n01')
  assert.match((await provision('node wait n01 --timeout 0.2')).error, 'boot.timeout')
  assert.is((await provision(`node wait n01 --timeout 0.2 --since ${boot.created}`)).error, '')
  assert.match((await provision('node wait n01 --since yesterday')).error, "'yesterday' is no time")
})

test('open lets a node boot for a while', async () => {
  const before = Date.now()
  assert.match((await provision('node open n01 --minutes 2')).out, 'n01: open until ')
  const opened = (await fixture.state.tokens.window('n01'))!.getTime() - 120_000
  assert.ok(before <= opened && opened <= Date.now())
})

test('images are listed, shown, published', async () => {
  assert.match((await provision('image list')).out, /^NAME .*\ncompute +sha256:[0-9a-f]{12} /)
  assert.match((await provision('image show compute')).out, /playbook +playbooks\/compute\.yml/)
  const tree = join(fixture.directory, 'tree')
  assert.match(
    (await provision(`image publish ${tree} --name compute --playbook playbooks/compute.yml`)).out,
    'unchanged: compute@sha256:',
  )
  assert.match(
    (await provision(`image publish ${tree} --name other --playbook playbooks/compute.yml`)).out,
    'published: other@sha256:',
  )
})

test('images are signed again, for a while or for good, and the keys are shown', async () => {
  assert.match((await provision('image key')).out, /^-----BEGIN PUBLIC KEY-----\n.*\n-----END PUBLIC KEY-----$/)
  const [key] = (await json('image key')) as { id: string }[]
  assert.match((await provision('image sign compute --expires 90')).out, `by ${key!.id}, until 20`)
  assert.match((await provision('image show compute')).out, /signed +20\S+ by [0-9a-f]{16}, until 20/)
  assert.not.match((await provision('image sign compute')).out, 'until')
  assert.match((await provision('image sign compute --expires soon')).error, "'soon' is no number of days")
})

test('overlays are listed and rendered, whole or one file', async () => {
  const overlays = (await json('overlay list')) as { name: string; from: string }[]
  assert.ok(overlays.some(({ name, from }) => name === 'hosts' && from === 'stock'))
  assert.is((await provision('overlay render hostname n01 --file /etc/hostname')).out, 'n01')
  assert.match((await provision('overlay render hosts n01')).out, /^\/etc\/hosts 0644\n/)
})

test('boot show begins no boot', async () => {
  const { out } = await provision('boot show n01')
  assert.match(out, '#!ipxe')
  assert.match(out, '"token": "TOKEN"')
  assert.equal(await fixture.state.tokens.boots(), [])
})

test('secrets come from standard input and are never shown', async () => {
  assert.is((await provision('secrets set munge.key --node n01', 'canary-51d2')).out, 'munge.key: set for node n01')
  assert.is((await provision('secrets set munge.key', 'canary-51d2')).out, 'munge.key: set for all nodes')
  assert.match((await provision('secrets list')).out, /munge\.key +all nodes\nmunge\.key +node n01/)
  assert.not.match(JSON.stringify(await json('secrets list')), 'canary')
  assert.is((await provision('secrets remove munge.key --node n01')).out, 'munge.key: removed for node n01')
  assert.match((await provision('secrets remove munge.key --node n01')).error, 'secrets.unknown')
  assert.match((await provision('secrets set empty')).error, 'nothing on standard input')
  assert.match((await provision('secrets set x --node a --group b', 'x')).error, 'for a node or for a group')
})

test('events are listed, the last first asked for', async () => {
  await fixture.state.events.add([
    bootEvent(),
    bootEvent({ node: 'n02', boot: 'b2', message: 'hm', state: 'degraded' }),
  ])
  assert.match((await provision('events')).out, /n01: network finished\n.* n02: network degraded: hm$/)
  assert.is((await provision('events n02')).out.split('\n').length, 1)
  assert.match((await provision('events -n 1')).out, /n02/)
})

test.run()
