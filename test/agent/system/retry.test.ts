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

/** A clock that pauses alone move on. */
const ownTime = () => {
  let time = 0
  return {
    now: () => time,
    sleep: async (milliseconds: number) => {
      time += milliseconds
    },
  }
}

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

const failing = (failure: () => HttpFailure, more: object, choices: readonly string[] = ['a']) => {
  const asked: string[] = []
  const answer = retry(
    choices,
    async (choice) => {
      asked.push(choice)
      throw failure()
    },
    { ...options, ...ownTime(), ...more },
  ).catch((thrown: unknown) => (thrown as Error).message)
  return answer.then((message) => ({ message, asked }))
}

test('gives up when the budget is spent', async () => {
  const { message, asked } = await failing(() => new HttpFailure('no'), { budget: 0.1 })
  assert.match(message, /^test: given up after 0\.1 s \(\d+ attempts\): no$/)
  assert.ok(asked.length > 3)
})

test('an attempt that does not end is broken off when the budget is spent', async () => {
  const thrown = await retry(
    ['a'],
    (_, signal) =>
      new Promise((_resolve, reject) => {
        const alive = setTimeout(() => {}, 60_000)
        signal.addEventListener('abort', () => {
          clearTimeout(alive)
          reject(new HttpFailure('broken off'))
        })
      }),
    { ...options, budget: 0.1 },
  ).catch((failure: unknown) => failure)
  assert.match((thrown as Error).message, /given up after 0\.1 s \(1 attempt\): broken off/)
})

test('what busy servers ask for does not count into the budget, and is not waited for without end', async () => {
  const { message, asked } = await failing(() => new HttpFailure('busy', { retryAfter: 0.05 }), {
    budget: 0.02,
    patience: 0.3,
  })
  assert.match(message, /all servers stay busy/)
  assert.ok(asked.length > 3, String(asked.length))
  const late = await failing(() => new HttpFailure('busy', { retryAfter: 7200 }), {})
  assert.match(late.message, /all servers stay busy \(1 attempt\): busy/)
})

test('a busy server is left for the next at once', async () => {
  const asked: string[] = []
  const answer = await retry(
    ['a', 'b', 'c'],
    async (server) => {
      asked.push(server)
      if (server === 'c') return server
      throw new HttpFailure('busy', { retryAfter: 60 })
    },
    options,
  )
  assert.equal([answer, asked], ['c', ['a', 'b', 'c']])
})

test('where something moved the pauses begin anew', async () => {
  const pauses: number[] = []
  const log = { ...silentLog, warning: (text: string) => pauses.push(Number(/in ([\d.]+) s/.exec(text)?.[1])) }
  const moved = { log, first: 100, longest: 100_000, random: () => 1, budget: 1 }
  await failing(() => new HttpFailure('no', { hasMoved: true }), moved)
  assert.equal(new Set(pauses), new Set([0.2]))
  assert.ok(pauses.length > 2)
})

test('a wait that was meant is told on the way, so that the watchdog does not take it for a hang', async () => {
  const words: string[] = []
  const log = { ...silentLog, progress: (text: string) => words.push(text) }
  let count = 0
  const answer = await retry(
    ['a'],
    async () => {
      if (count++ > 0) return 'answer'
      throw new HttpFailure('busy', { retryAfter: 3 })
    },
    { log, what: 'download', budget: 5, random: () => 0, sleep: async () => {} },
  )
  assert.is(answer, 'answer')
  assert.equal(words, ['download: next attempt in 1 s'])
})

test.run()
