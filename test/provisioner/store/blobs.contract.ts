import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import * as assert from 'uvu/assert'
import type { BlobStore } from '../../../provisioner/store/blobs.ts'
import { suite } from '../../suite.ts'

const textOf = async (stream: Readable): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

const rejects = async (promise: Promise<unknown>, message: RegExp): Promise<void> => {
  const thrown = await promise.then(
    () => undefined,
    (reason) => reason as Error,
  )
  assert.match(thrown?.message ?? 'nothing was thrown', message)
}

/** What every blob store does. `spoil` changes stored bytes behind the store's back. */
export const blobContract = (
  name: string,
  open: () => Promise<{ store: BlobStore; spoil: (digest: string) => Promise<void>; close: () => Promise<void> }>,
): void => {
  const test = suite(`blob store: ${name}`)
  const withStore = (title: string, run: (given: Awaited<ReturnType<typeof open>>) => Promise<void>) =>
    test(title, async () => {
      const given = await open()
      try {
        await run(given)
      } finally {
        await given.close()
      }
    })

  withStore('stores content under its digest', async ({ store }) => {
    const blob = await store.put([Buffer.from('abc'), Buffer.from('def')])
    assert.equal(blob, { digest: digestOf('abcdef'), size: 6 })
    assert.equal(await store.stat(blob.digest), blob)
    assert.is(await textOf(await store.open(blob.digest)), 'abcdef')
  })

  withStore('gives a range, both ends included', async ({ store }) => {
    const { digest } = await store.put([Buffer.from('0123456789')])
    assert.is(await textOf(await store.open(digest, { start: 2, end: 4 })), '234')
    assert.is(await textOf(await store.open(digest, { start: 9, end: 9 })), '9')
  })

  withStore('stores empty content', async ({ store }) => {
    const { digest, size } = await store.put([])
    assert.is(size, 0)
    assert.is(await textOf(await store.open(digest)), '')
  })

  withStore('stores the same content once', async ({ store }) => {
    await store.put([Buffer.from('same')])
    await store.put([Buffer.from('same')])
    assert.is((await store.list()).length, 1)
  })

  withStore('keeps nothing of content that broke off', async ({ store }) => {
    const broken = (async function* () {
      yield Buffer.from('half')
      throw new Error('the source broke off')
    })()
    await rejects(store.put(broken), /broke off/)
    assert.equal(await store.list(), [])
  })

  withStore('says what is not there', async ({ store }) => {
    const absent = digestOf('absent')
    assert.is(await store.stat(absent), undefined)
    await rejects(store.open(absent), /there is no content/)
    await rejects(store.verify(absent), /there is no content/)
    await store.remove(absent)
  })

  withStore('refuses what is no digest', async ({ store }) => {
    for (const text of ['', 'sha256:12', '../../etc/passwd', `md5:${'0'.repeat(64)}`]) {
      await rejects(
        Promise.resolve().then(() => store.open(text)),
        /is not a digest/,
      )
    }
  })

  withStore('removes and lists', async ({ store }) => {
    const one = await store.put([Buffer.from('one')])
    const two = await store.put([Buffer.from('two')])
    assert.equal((await store.list()).map(({ digest }) => digest).sort(), [one.digest, two.digest].sort())
    await store.remove(one.digest)
    assert.equal(await store.list(), [two])
  })

  withStore('finds bytes that changed', async ({ store, spoil }) => {
    const { digest } = await store.put([Buffer.from('precious')])
    assert.is(await store.verify(digest), true)
    await spoil(digest)
    assert.is(await store.verify(digest), false)
  })

  test.run()
}
