import * as assert from 'uvu/assert'
import { rateLimit } from '../../../provisioner/http/rate.ts'
import { routes } from '../../../provisioner/routes.ts'
import { application } from '../../../provisioner/server.ts'
import { suite } from '../../suite.ts'
import { makeFixture } from '../fixture.ts'

const test = suite('rate limit')

test('an address has its tries at once, then one in each part of the minute', () => {
  let time = 1_000_000
  const limit = rateLimit(30, () => time)
  const ask = (times: number, address = 'a') => Array.from({ length: times }, () => limit(address))
  assert.equal(ask(30), Array(30).fill(0))
  assert.equal(ask(2), [2, 2], 'a refused try costs nothing')
  assert.is(limit('b'), 0, 'another address has its own')
  time += 2_000
  assert.equal(ask(2), [0, 2])
  time += 30_000
  assert.equal(ask(16), [...Array(15).fill(0), 2])
  time += 60_000
  assert.equal(ask(31), [...Array(30).fill(0), 2])
})

test('addresses that may ask again are forgotten, others are not', () => {
  let time = 0
  const limit = rateLimit(1, () => time)
  assert.is(limit('early'), 0)
  time += 61_000
  for (let index = 0; index < 9_998; index++) limit(`address ${index}`)
  assert.is(limit('known'), 0)
  assert.is(limit('one more'), 0)
  assert.is(limit('known'), 60)
  assert.is(limit('early'), 0)
  for (let index = 0; index < 10_000; index++) limit(`stranger ${index}`)
  assert.is(limit('known'), 0, 'more strangers than are remembered')
})

test('sessions are limited by source address', async () => {
  const fixture = await makeFixture()
  try {
    const app = application(routes, fixture.services, 'token')
    const open = async (from: string): Promise<Response> =>
      app.request('/session', { method: 'POST', body: JSON.stringify({ token: 'a.b' }) }, {
        incoming: { socket: { remoteAddress: from } },
      } as never)
    for (let index = 0; index < 30; index++) assert.is((await open('10.9.0.7')).status, 401)
    const refused = await open('10.9.0.7')
    assert.is(refused.status, 429)
    assert.is(refused.headers.get('Retry-After'), '2')
    assert.is((await open('10.9.0.8')).status, 401)
    fixture.clock.now += 2_000
    assert.is((await open('10.9.0.7')).status, 401)
  } finally {
    await fixture.remove()
  }
})

test.run()
