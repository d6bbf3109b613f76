import * as assert from 'uvu/assert'
import { HttpFailure, retryAfter } from '../../../agent/system/http.ts'
import { pause, retry } from '../../../agent/system/retry.ts'
import { silentLog } from '../../../engine/log.ts'
import { suite } from '../../suite.ts'

const test = suite('agent retry')

test('the bound of the pause doubles up to the longest', () => {
  const bounds = [1, 2, 3, 6, 40].map((attempt) => pause(attempt, 1000, 60_000, () => 1))
  assert.equal(bounds, [2000, 4000, 8000, 60_000, 60_000])
  assert.is(
    pause(5, 1000, 60_000, () => 0),
    0,
  )
})

test('Retry-After in seconds and as a date', () => {
  assert.is(retryAfter('120'), 120)
  assert.is(retryAfter('Wed, 21 Oct 2026 07:28:10 GMT', Date.parse('2026-10-21T07:28:00Z')), 10)
  assert.is(retryAfter('soon'), undefined)
  assert.is(retryAfter(undefined), undefined)
})

const options = { log: silentLog, what: 'test', budget: 5, first: 1, longest: 2 }

test('goes round the servers and leaves out who refused finally', async () => {
  const asked: string[] = []
  const answer = await retry(
    ['a', 'b'],
    async (server) => {
      asked.push(server)
      if (asked.length >= 5) return server
      throw new HttpFailure('no', { final: server === 'a' })
    },
    options,
  )
  assert.is(answer, 'b')
  assert.equal(asked, ['a', 'b', 'b', 'b', 'b'])
})

test('what is no answer of a server is not tried again', async () => {
  let count = 0
  const thrown = await retry(
    ['a'],
    async () => {
      count++
      throw new Error('a mistake')
    },
    options,
  ).catch((failure: unknown) => failure)
  assert.is((thrown as Error).message, 'a mistake')
  assert.is(count, 1)
})

test('does not wait longer than the budget, whatever a server asks for', async () => {
  const start = performance.now()
  const thrown = await retry(
    ['a'],
    async () => {
      throw new HttpFailure('busy', { retryAfter: 3600 })
    },
    options,
  ).catch((failure: unknown) => failure)
  assert.is((thrown as Error).message, 'busy')
  assert.ok(performance.now() - start < 1000)
})

test.run()
