import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { download } from '../../../agent/system/download.ts'
import { Failure } from '../../../engine/failure.ts'
import { silentLog } from '../../../engine/log.ts'
import { suite } from '../../suite.ts'

const test = suite('agent download')

const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) & 0xff))
const sha256 = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`
const digest = sha256(content)

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const start = (request: IncomingMessage): number => Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)

/** What a well-behaved server says, up to byte `end`. */
const good =
  (end = content.length, alter: (data: Buffer) => Buffer = (data) => data): Answer =>
  (request, response) => {
    const from = start(request)
    const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }
    response.writeHead(from > 0 ? 206 : 200, {
      etag: `"${digest}"`,
      'content-length': content.length - from,
      ...(from > 0 ? range : {}),
    })
    const part = alter(content.subarray(from, end))
    if (end < content.length) response.write(part, () => setTimeout(() => response.destroy(), 50))
    else response.end(part)
  }

const status =
  (code: number, headers: http.OutgoingHttpHeaders = {}, body = ''): Answer =>
  (_, response) => {
    response.writeHead(code, headers).end(body)
  }

const flipped = (data: Buffer): Buffer => {
  const copy = Buffer.from(data)
  copy[copy.length >> 1]! ^= 0x10
  return copy
}

const stall: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': content.length })
  response.write(content.subarray(0, 1000))
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
}

const cases: readonly Case[] = [
  { name: 'takes the content', servers: [[good()]], attempts: 1 },
  { name: 'goes on where a transfer broke off', servers: [[good(70_000), good()]], attempts: 2, starts: [0, 70_000] },
  { name: 'goes on at another server', servers: [[good(50_000)], [good()]], attempts: 2, starts: [0, 50_000] },
  { name: 'starts over where ranges are not served', servers: [[good(70_000), status(416), good()]], attempts: 3 },
  {
    name: 'never takes a flipped bit',
    servers: [[good(content.length, flipped)]],
    fails: { code: 'image.digest', message: /not sha256:/ },
  },
  {
    name: 'takes the good server after the bad one',
    servers: [[good(content.length, flipped)], [good()]],
    attempts: 2,
  },
  {
    name: 'waits as long as a busy server asks',
    servers: [[status(503, { 'retry-after': '0' }), good()]],
    attempts: 2,
  },
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
  { name: 'leaves a server that stalls', servers: [[stall], [good()]], attempts: 2, starts: [0, 1000] },
  {
    name: 'gives up when the budget is spent',
    servers: [[status(500)]],
    budget: 0.3,
    fails: { code: 'server.answer', message: /500/ },
  },
]

for (const { name, servers, attempts, fails, starts, budget = 30 } of cases) {
  test(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'download-'))
    const asked: number[] = []
    const listening = await Promise.all(
      servers.map(async (answers) => {
        let count = 0
        const server = http.createServer((request, response) => {
          asked.push(start(request))
          answers[Math.min(count++, answers.length - 1)]!(request, response)
        })
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        return server
      }),
    )
    try {
      const path = join(directory, 'image')
      const result = download(path, {
        urls: listening.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/blobs/${digest}`),
        digest,
        size: content.length,
        budget,
        log: silentLog,
        idle: 300,
        first: 5,
        longest: 20,
      })
      if (fails) {
        const failure = await result.then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        assert.instance(failure, Failure)
        assert.is((failure as Failure).code, fails.code)
        assert.match((failure as Failure).message, fails.message)
        return
      }
      assert.is((await result).attempts, attempts)
      assert.is(sha256(await readFile(path)), digest)
      if (starts) assert.equal(asked, starts)
    } finally {
      for (const server of listening) server.closeAllConnections()
      await Promise.all(listening.map((server) => new Promise((resolve) => server.close(resolve))))
      await rm(directory, { recursive: true })
    }
  })
}

test.run()
