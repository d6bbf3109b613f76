import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'
import { type Answer, content, downloadFrom, firstByte, sha256, status } from './server.ts'

const test = suite('agent download')

const whole = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) & 0xff))
const digest = sha256(whole)
const good = (end?: number) => content(whole, end)

const flipped = Buffer.from(whole)
flipped[100_000]! ^= 0x10
const corrupt = (end?: number) => content(flipped, end)

const stall: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': whole.length })
  response.write(whole.subarray(0, 1000))
}

/** A byte every now and then: it never stalls and never ends. */
const drip: Answer = (request, response) => {
  const from = firstByte(request)
  const range = { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` }
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': whole.length - from, ...(from > 0 ? range : {}) })
  let at = from
  const timer = setInterval(() => response.write(whole.subarray(at, ++at)), 10)
  response.on('close', () => clearInterval(timer))
}

/** The head in single bytes, after two interim answers, and the body's beginning with its end. */
const crumbs: Answer = (_, response) => {
  const socket = response.socket!
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${whole.length}\r\n\r\n`
  const all = `HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${head}`
  socket.setNoDelay()
  let at = 0
  const next = () => {
    if (at < all.length - 1) socket.write(all[at++]!, () => setImmediate(next))
    else socket.end(Buffer.concat([Buffer.from(all.slice(at)), whole, Buffer.from('more than was told')]))
  }
  next()
}

const wrongRange: Answer = (request, response) => {
  if (firstByte(request) === 0) return good(70_000)(request, response)
  response.writeHead(206, { 'content-range': `bytes 5-${whole.length - 1}/${whole.length}` }).end(whole.subarray(5))
}

const chunkedRange: Answer = (request, response) => {
  const from = firstByte(request)
  response.writeHead(206, { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` })
  response.write(whole.subarray(from))
  response.end()
}

type Case = {
  readonly name: string
  /** Answers of each server in turn; the last one repeats. */
  readonly servers: readonly (readonly Answer[])[]
  readonly attempts?: number
  readonly fails?: { readonly code: string; readonly message: RegExp }
  /** The first byte that each request asked for. */
  readonly starts?: readonly number[]
  readonly budget?: number
  readonly patience?: number
  readonly rate?: number
  /** Milliseconds after which a silence, or what came in them at too low a rate, is a server's end; half a minute else. */
  readonly idle?: number
  readonly window?: number
}

// The table of docs/boot.md, "What servers may do", line by line.
const cases: readonly Case[] = [
  { name: 'takes the content', servers: [[good()]], attempts: 1 },
  { name: 'takes it in whatever pieces it comes', servers: [[crumbs]], attempts: 1 },
  { name: 'takes no range that is sent in chunks', servers: [[good(70_000), chunkedRange, good()]], attempts: 3 },
  { name: 'goes on where a transfer broke off', servers: [[good(70_000), good()]], attempts: 2, starts: [0, 70_000] },
  { name: 'goes on at another server', servers: [[good(50_000)], [good()]], attempts: 2, starts: [0, 50_000] },
  {
    name: 'goes on at another server whose ETags are others',
    servers: [[good(50_000)], [content(whole, whole.length, '"5f3-1a"')]],
    attempts: 2,
    starts: [0, 50_000],
  },
  {
    name: 'starts over where a server changed its content meanwhile',
    servers: [[content(whole, 50_000, '"old"'), good()]],
    attempts: 2,
    starts: [0, 50_000],
  },
  { name: 'starts over where ranges are not served', servers: [[good(70_000), status(416), good()]], attempts: 3 },
  { name: 'starts over where another range is sent', servers: [[wrongRange, wrongRange, good()]], attempts: 3 },
  {
    name: 'never takes a flipped bit',
    servers: [[corrupt()]],
    fails: { code: 'image.digest', message: /not sha256:/ },
  },
  { name: 'takes the good server after the bad one', servers: [[corrupt()], [good()]], attempts: 2 },
  {
    name: 'after a wrong digest does not mix what servers send',
    servers: [[corrupt(150_000)], [good()]],
    attempts: 4,
    starts: [0, 150_000, 0, 0],
  },
  {
    name: 'finds the one good server of five',
    servers: [[corrupt()], [corrupt()], [corrupt()], [corrupt()], [good()]],
    attempts: 5,
  },
  {
    name: 'comes again when a busy server asks',
    servers: [[status(503, { 'retry-after': '0' }), good()]],
    attempts: 2,
  },
  {
    name: 'asks the next server when one is busy, whatever it asks for',
    servers: [[status(503, { 'retry-after': '3600' })], [good()]],
    attempts: 2,
  },
  {
    name: 'does not wait longer than its patience',
    servers: [[status(429, { 'retry-after': '3600' })]],
    patience: 5,
    fails: { code: 'server.answer', message: /all servers stay busy .*429/ },
  },
  { name: 'asks again after 500', servers: [[status(500), status(502), status(504), good()]], attempts: 4 },
  {
    name: 'gives up at 404 of the only server',
    servers: [[status(404)]],
    fails: { code: 'server.answer', message: /404/ },
  },
  { name: 'leaves a server that says 404 for the next', servers: [[status(404)], [status(500), good()]], attempts: 3 },
  {
    name: 'does not follow redirects',
    servers: [[status(302, { location: '/elsewhere' })]],
    fails: { code: 'server.answer', message: /302/ },
  },
  {
    name: 'refuses another length before it reads',
    servers: [[status(200, { 'content-length': 5 }, '<html')], [good()]],
    attempts: 2,
  },
  {
    name: 'refuses a page that does not tell its length',
    servers: [[status(200, { 'transfer-encoding': 'chunked' }, '<html>login</html>')], [good()]],
    attempts: 2,
  },
  { name: 'leaves a server that stalls', servers: [[stall], [good()]], idle: 300, attempts: 2, starts: [0, 1000] },
  { name: 'leaves a server that drips', servers: [[drip], [good()]], rate: 10_000, window: 100, attempts: 2 },
  {
    name: 'is not kept by a drip beyond its budget',
    servers: [[drip]],
    budget: 1,
    rate: 1,
    window: 100,
    fails: { code: 'server.answer', message: /given up after 1 s .*broken off after \d+ of 200000 bytes: the time/ },
  },
  {
    name: 'gives up when the budget is spent',
    servers: [[status(500)]],
    budget: 0.3,
    fails: { code: 'server.answer', message: /given up after 0.3 s .*500/ },
  },
]

for (const { name, servers, attempts, fails, starts, ...more } of cases) {
  test(name, async () => {
    const outcome = await downloadFrom(servers, { digest, size: whole.length, ...more })
    if (fails) {
      assert.instance(outcome.thrown, Failure)
      assert.is((outcome.thrown as Failure).code, fails.code)
      assert.match((outcome.thrown as Failure).message, fails.message)
      return
    }
    assert.is(outcome.thrown, undefined)
    assert.is(outcome.digest, digest)
    assert.is(outcome.result?.attempts, attempts)
    const begins = outcome.asked.map(({ from }) => from)
    if (starts) assert.equal(begins, starts)
  })
}

test('If-Range goes to the server whose ETag it is, and to no other', async () => {
  const { asked } = await downloadFrom([[good(1000), good()], [good(2000)]], { digest, size: whole.length })
  assert.equal(
    asked.map(({ condition }) => condition),
    [undefined, undefined, undefined],
  )
  const again = await downloadFrom([[good(1000), good()]], { digest, size: whole.length })
  assert.equal(
    again.asked.map(({ condition }) => condition),
    [undefined, `"${digest}"`],
  )
})

test.run()
