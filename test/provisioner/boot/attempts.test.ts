import * as assert from 'uvu/assert'
import { attemptsOf } from '../../../provisioner/boot/attempts.ts'
import type { BootEvent } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'
import { type Fixture, makeFixture } from '../fixture.ts'

const test = suite('boot attempts')

let fixture: Fixture
test.beforeEach(async () => {
  fixture = await makeFixture()
})
test.afterEach(() => fixture.remove())

/** A boot of n01 with what its agent said; returns its identifier. */
const boot = async (...told: Pick<BootEvent, 'stage' | 'state' | 'message'>[]): Promise<string> => {
  const { tokens, events } = fixture.state
  const { id } = await tokens.begin({ node: 'n01', mac: 'm', address: 'a', image: 'i', kernel: 'k' })
  const time = new Date().toISOString()
  await events.add(told.map((event, sequence) => ({ node: 'n01', boot: id, sequence, time, ...event })))
  return id
}

const attempts = (id: string, now = new Date()) => attemptsOf(fixture.state, 'n01', id, now)

test('boots that failed in a row are counted, with what became of the last', async () => {
  assert.equal(await attempts(await boot()), { attempt: 1 })
  await boot({ stage: 'root', state: 'failed', message: 'no memory' })
  const second = await boot({ stage: 'network', state: 'started' })
  assert.equal(await attempts(second), { attempt: 3, last: 'root failed: no memory' })
  assert.equal(await attempts(await boot()), { attempt: 4, last: 'nothing was heard after network started' })
})

test('a boot that succeeded begins anew, and so does a day', async () => {
  await boot({ stage: 'root', state: 'failed' })
  await boot({ stage: 'boot', state: 'finished' })
  assert.equal(await attempts(await boot()), { attempt: 1 })
  const id = await boot()
  assert.equal(await attempts(id), { attempt: 2, last: 'nothing was heard of it' })
  assert.equal(await attempts(id, new Date(Date.now() + 25 * 3_600_000)), { attempt: 1 })
})

test.run()
