import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { DigestFile } from '../../../agent/system/digestfile.ts'
import { download } from '../../../agent/system/download.ts'
import { refusal, request } from '../../../agent/system/http.ts'
import { retry } from '../../../agent/system/retry.ts'
import { silentLog } from '../../../engine/log.ts'
import { tool } from '../../../engine/process.ts'
import { openState } from '../../../provisioner/state.ts'
import { writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'
import { content, downloadFrom, sha256 } from '../system/server.ts'

const test = suite('agent fetches')
const root = join(import.meta.dirname, '..', '..', '..')

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

type Provisioner = { readonly url: string; readonly pid: number; kill(): Promise<void> }

/** A site with one content, and its real provisioner, which may be killed and started again on the same port. */
const openSite = async (size: number, transfers: number) => {
  const work = await mkdtemp('/var/tmp/prelude-fetch-')
  const state = join(work, 'state')
  const [http, https] = [await freePort(), await freePort()]
  await writeFiles(work, {
    'inventory/hosts.yml': `all:
  vars: {prelude_server: 127.0.0.1, prelude_http_port: ${http}, prelude_https_port: ${https}, prelude_transfers: ${transfers}}
  hosts: {n1: {node_image: x, node_networks: {eth0: {mac: "02:00:00:00:00:01"}}}}
`,
  })
  const whole = randomBytes(size)
  const opened = await openState(state)
  const { digest } = await opened.blobs.put([whole])
  opened.close()
  const running = new Set<ChildProcess>()
  const start = async (): Promise<Provisioner> => {
    await rm(join(state, 'run'), { recursive: true, force: true })
    const args = ['serve', '-i', join(work, 'inventory'), '--state', state]
    // in a group of its own: the launcher and what it starts
    const child = spawn(join(root, 'bin/provision'), args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    running.add(child)
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    for (const end = Date.now() + 60_000; !said.includes('serving 1 nodes'); await sleep(20))
      if (Date.now() > end || child.exitCode !== null) throw new Error(`no provisioner:\n${said}`)
    const { pid } = JSON.parse(await readFile(join(state, 'run/ready.json'), 'utf8')) as { pid: number }
    return {
      url: `http://127.0.0.1:${http}/blobs/${digest}`,
      pid,
      async kill() {
        const closed = new Promise((resolve) => child.once('close', resolve))
        process.kill(-child.pid!, 'SIGKILL')
        await closed
        running.delete(child)
      },
    }
  }
  const close = async () => {
    for (const child of running) process.kill(-child.pid!, 'SIGKILL')
    await rm(work, { recursive: true, force: true })
  }
  return { work, digest, start, close }
}

test('every flipped bit of an image is found, and the image fetched anew', async () => {
  const work = await mkdtemp('/var/tmp/prelude-fetch-')
  try {
    await mkdir(join(work, 'tree'))
    await writeFile(join(work, 'tree/file'), 'x')
    const file = join(work, 'image')
    await tool('mksquashfs', [
      join(work, 'tree'),
      file,
      '-noappend',
      '-quiet',
      '-no-progress',
      '-nopad',
      '-comp',
      'zstd',
    ])
    const whole = await readFile(file)
    const digest = sha256(whole)
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = Buffer.from(whole)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const outcome = await downloadFrom([[content(flipped), content(whole)]], { digest, size: whole.length, first: 0 })
      assert.is(outcome.digest, digest, `bit ${bit}`)
      assert.is(outcome.result?.attempts, 2, `bit ${bit}`)
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}, 180_000)

test('a provisioner that is killed in mid-file and stays away for a while costs nothing but time', async () => {
  const size = 64 << 20
  const site = await openSite(size, 8)
  try {
    const first = await site.start()
    const log: string[] = []
    const note = (text: string) => void log.push(text)
    let second: Promise<Provisioner> | undefined
    const fetched = await download(new DigestFile(join(site.work, 'image')), {
      urls: [first.url],
      digest: site.digest,
      size,
      budget: 120,
      log: { ...silentLog, info: note, warning: note },
      first: 200,
      longest: 1000,
      progress(bytes) {
        if (bytes < size / 2 || second) return
        second = (async () => {
          await first.kill()
          await sleep(2_000)
          return site.start()
        })()
      },
    })
    await second
    assert.is(sha256(await readFile(join(site.work, 'image'))), site.digest)
    assert.ok(fetched.attempts > 2, 'it was asked while it was away')
    const [, at] = /going on at byte (\d+)/.exec(log.join('\n')) ?? []
    assert.ok(Number(at) >= size / 2, `it went on at ${at}`)
  } finally {
    await site.close()
  }
}, 180_000)

test('the place of a node that was switched off in mid-file is free again', async () => {
  const size = 32 << 20
  const site = await openSite(size, 1)
  const { url } = await site.start()
  const { host, port, pathname } = new URL(url)
  const dead = connect(Number(port), '127.0.0.1')
  try {
    dead.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await once(dead, 'readable')
    dead.pause() // from now on it takes nothing, and does not say that it is gone either
    const busy = await request(url)
    busy.body.resume()
    assert.is(busy.status, 503)
    const fetched = await download(new DigestFile(join(site.work, 'image')), {
      urls: [url],
      digest: site.digest,
      size,
      budget: 10,
      log: silentLog,
    })
    assert.ok(fetched.attempts > 1)
  } finally {
    dead.destroy()
    await site.close()
  }
}, 180_000)

/** Bytes that a process had in memory at most. */
const peakOf = async (pid: number): Promise<number> =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

const clients = 1000
const places = 64

test('a thousand nodes at once are all served, with bounded memory; how long it took is told', async () => {
  const size = 2 << 20
  const site = await openSite(size, places)
  try {
    const { url, pid } = await site.start()
    let busy = 0
    /** A node, without the checks of the image. */
    const fetch = () =>
      retry(
        [url],
        async (from, signal) => {
          const answer = await request(from, { signal })
          if (answer.status === 503) busy++
          if (answer.status !== 200) {
            answer.body.resume()
            throw refusal(from, answer)
          }
          let bytes = 0
          for await (const chunk of answer.body as AsyncIterable<Buffer>) bytes += chunk.length
          assert.is(bytes, size)
        },
        { log: silentLog, what: 'fetch', budget: 100 },
      )
    // the ideal: as many as there are places, each taking the next turn when it is done
    let left = clients
    const start = performance.now()
    await Promise.all(
      Array.from({ length: places - 4 }, async () => {
        while (left-- > 0) await fetch()
      }),
    )
    const ideal = performance.now() - start
    const refusedIdeally = busy
    busy = 0
    const begun = performance.now()
    const times = await Promise.all(
      Array.from({ length: clients }, async () => {
        await fetch()
        return performance.now() - begun
      }),
    )
    const p99 = times.sort((a, b) => a - b)[Math.floor(clients * 0.99)]!
    const peak = (await peakOf(pid)) / 1024 ** 2
    console.log(
      `${clients} nodes of ${size >> 20} MiB: ideal ${Math.round(ideal)} ms, p99 ${Math.round(p99)} ms (${(p99 / ideal).toFixed(2)}), ${busy} times asked to come again (${refusedIdeally}), server ${Math.round(peak)} MiB at most`,
    )
    assert.ok(busy > clients / 2, 'places were limited')
    assert.ok(peak < 450, `the server had ${peak} MiB`)
  } finally {
    await site.close()
  }
}, 300_000)

test.run()
