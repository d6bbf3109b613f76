import * as assert from 'uvu/assert'
import { statusOf } from '../../../provisioner/events/status.ts'
import { ageText, statusWords } from '../../../provisioner/events/words.ts'
import type { Entry } from '../../../provisioner/store/events.ts'
import type { BootEvent } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

const test = suite('node status')

const boot = { id: 'b', created: '2026-01-01T00:00:00Z', node: 'n', mac: '', address: '', image: 'i', kernel: '' }

type Told = Pick<BootEvent, 'stage' | 'state'> & Partial<BootEvent>

const told = (...events: readonly Told[]): Entry[] =>
  events.map(
    (event, index): Entry => ({
      id: index,
      received: `2026-01-01T00:00:${String(index).padStart(2, '0')}Z`,
      node: 'n',
      boot: 'b',
      kind: 'event',
      event: { node: 'n', boot: 'b', sequence: index, time: '', ...event },
    }),
  )

const booted: readonly Told[] = [
  { stage: 'boot', state: 'started' },
  { stage: 'network', state: 'degraded', message: 'bond0: no LACP partner' },
  { stage: 'boot', state: 'finished', ms: 8123 },
  { stage: 'runtime', state: 'ready', details: { system: 'degraded', failed: ['chrony.service'] } },
]

test('a node that is ready stays ready, whatever its agent reports', () => {
  const more: readonly Told[] = [
    { stage: 'runtime', state: 'failed', message: 'no server answers' },
    { stage: 'runtime', state: 'finished', message: 'restored /etc/hosts' },
    { stage: 'runtime', state: 'failed', message: 'chrony did not reload' },
  ]
  const status = statusOf('n', boot, told(...booted, ...more))
  assert.is(status.state, 'ready')
  assert.is(status.ms, 8123)
  assert.is(status.seen, '2026-01-01T00:00:06Z')
  assert.equal(status.degraded, [
    'bond0: no LACP partner',
    'runtime overlay: chrony did not reload',
    'failed units: chrony.service',
  ])
  assert.equal(statusOf('n', boot, told(...booted, ...more.slice(0, 2))).degraded.length, 2)
})

test('of the links of an interface the last word counts', () => {
  const links = (state: BootEvent['state'], message: string, place = 'bond0'): Told => ({
    ...{ stage: 'network', state, message, details: { interface: place, links: 1 } },
  })
  const mtu: Told = { stage: 'network', state: 'degraded', message: 'MTU', details: { interface: 'bond0' } }
  const began: Told = { stage: 'root', state: 'started' }
  const degraded = (...events: readonly Told[]) => statusOf('n', boot, told(began, ...events)).degraded
  assert.equal(degraded(links('degraded', 'missing'), mtu, links('degraded', 'down')), ['MTU', 'down'])
  assert.equal(degraded(links('degraded', 'down'), mtu, links('recovered', 'up')), ['MTU'])
  assert.equal(degraded(links('degraded', 'down'), links('recovered', 'up', 'ib0')), ['down'])
  assert.is(statusOf('n', boot, told(began, links('recovered', 'up'))).stage, 'root')
})

test('a node that said that it stops has stopped, until its agent speaks again', () => {
  const stopped = told(...booted, { stage: 'runtime', state: 'stopped' })
  assert.is(statusOf('n', boot, stopped).state, 'stopped')
  assert.is(
    statusOf('n', boot, told(...booted, { stage: 'runtime', state: 'stopped' }, { stage: 'runtime', state: 'started' }))
      .state,
    'ready',
  )
})

const status = (entries: readonly Entry[], seconds: number) =>
  statusWords(statusOf('n', boot, entries), new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000))

for (const [events, seconds, condition, message] of [
  [[], 10, 'never seen', ''],
  [[{ stage: 'root', state: 'progress', message: '1 of 2 MiB' }], 10, 'booting', '1 of 2 MiB'],
  [[{ stage: 'root', state: 'started' }], 300, 'silent', 'nothing heard for 5 min'],
  [[{ stage: 'boot', state: 'failed', message: 'no room' }], 9000, 'failed', 'no room'],
  [booted, 10, 'degraded', 'bond0: no LACP partner; failed units: chrony.service'],
  [booted, 9000, 'silent', 'nothing heard for 2 h; bond0: no LACP partner; failed units: chrony.service'],
  [[{ stage: 'runtime', state: 'ready' }], 100, 'ready', ''],
] as const) {
  test(`${condition}: ${message}`, () => {
    const words = status(told(...events), seconds)
    assert.is(words.condition, condition)
    assert.is(words.message, message)
  })
}

test('ages', () => {
  assert.equal([0, 119, 120, 7199, 7200, 200_000].map(ageText), ['0 s', '119 s', '2 min', '120 min', '2 h', '2 d'])
})

test.run()
