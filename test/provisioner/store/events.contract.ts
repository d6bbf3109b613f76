import * as assert from 'uvu/assert'
import { type Entry, type EventStore, kept } from '../../../provisioner/store/events.ts'
import type { BootEvent } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

export const bootEvent = (given: Partial<BootEvent> = {}): BootEvent => ({
  node: 'n01',
  boot: 'b1',
  sequence: 0,
  time: '2026-01-01T00:00:00.000Z',
  stage: 'network',
  state: 'finished',
  ...given,
})

/** What every event store does. */
export const eventContract = (
  name: string,
  open: () => Promise<{ store: EventStore; close: () => Promise<void> }>,
): void => {
  const test = suite(`event store: ${name}`)
  const withStore = (title: string, run: (store: EventStore) => Promise<void>) =>
    test(title, async () => {
      const { store, close } = await open()
      try {
        await run(store)
      } finally {
        await close()
      }
    })

  withStore('keeps events in their order, whole', async (store) => {
    const event = bootEvent({ ms: 12.5, message: 'it rained', details: { ports: 2 } })
    await store.add([event, bootEvent({ sequence: 1 })])
    const entries = await store.list()
    assert.equal(
      entries.map((entry) => entry.kind === 'event' && entry.event.sequence),
      [0, 1],
    )
    assert.equal(entries[0]?.kind === 'event' && entries[0].event, event)
    assert.ok(entries[1]!.id > entries[0]!.id)
  })

  withStore('stores an event that is sent twice once', async (store) => {
    assert.is((await store.add([bootEvent()])).length, 1)
    assert.is((await store.add([bootEvent(), bootEvent({ sequence: 1 })])).length, 1)
    assert.is((await store.list()).length, 2)
    assert.is((await store.add([bootEvent({ boot: 'b2' })])).length, 1)
  })

  withStore('keeps notes and alarms beside events', async (store) => {
    await store.note({ kind: 'alarm', node: 'n01', boot: 'b1', message: 'twice', address: '10.0.0.9' })
    const [entry] = await store.list()
    assert.is(entry?.kind, 'alarm')
    assert.is(entry?.kind === 'alarm' && entry.message, 'twice')
    assert.is(entry?.kind === 'alarm' && entry.address, '10.0.0.9')
  })

  withStore('filters by node, boot, id and number', async (store) => {
    await store.add([bootEvent(), bootEvent({ sequence: 1 }), bootEvent({ node: 'n02', boot: 'b2' })])
    assert.is((await store.list({ node: 'n01' })).length, 2)
    assert.is((await store.list({ boot: 'b2' })).length, 1)
    const all = await store.list()
    assert.equal(await store.list({ after: all[0]!.id }), all.slice(1))
    assert.equal(await store.list({ limit: 1 }), all.slice(-1))
    assert.equal(await store.list({ node: 'nobody' }), [])
  })

  withStore('finds what belongs to no boot', async (store) => {
    await store.add([bootEvent()])
    await store.note({ kind: 'server', node: 'n01', boot: 'b1', message: 'of a boot' })
    await store.note({ kind: 'server', node: 'n01', message: 'of none' })
    await store.note({ kind: 'server', node: 'n02', message: "another's" })
    assert.equal(
      (await store.list({ node: 'n01', others: true })).map((entry) => entry.kind === 'server' && entry.message),
      ['of none'],
    )
  })

  withStore('keeps the boots of a node that were last heard of, and its last other notes', async (store) => {
    const begin = (boot: string, node = 'n01') => store.note({ kind: 'server', node, boot, message: 'script sent' })
    await begin('of another', 'n02')
    await store.note({ kind: 'server', node: 'n03', message: 'it never booted' })
    assert.is((await store.list({ node: 'n03' })).length, 1)
    for (let index = 0; index < kept.boots; index++) {
      await begin(`b${index}`)
      await store.add([bootEvent({ boot: `b${index}` })])
    }
    assert.is((await store.list({ node: 'n01' })).length, kept.boots * 2)
    await store.add([bootEvent({ boot: 'b0', sequence: 1 })]) // it still runs
    await begin('newest')
    assert.is((await store.list({ boot: 'b0' })).length, 3)
    assert.equal(await store.list({ boot: 'b1' }), [])
    assert.is((await store.list({ boot: 'b2' })).length, 2)
    assert.is((await store.list({ boot: 'of another' })).length, 1)

    for (let index = 0; index <= kept.others; index++)
      await store.note({ kind: 'server', node: 'n01', message: `refused ${index}` })
    const others = (await store.list({ node: 'n01' })).flatMap((entry) =>
      entry.kind === 'server' && entry.boot === undefined ? [entry.message] : [],
    )
    assert.is(others.length, kept.others)
    assert.is(others[0], 'refused 1')
    assert.is((await store.list({ boot: 'b2' })).length, 2)
  })

  withStore('tells subscribers what is new, until they leave', async (store) => {
    const heard: Entry[] = []
    const leave = store.subscribe((entry) => heard.push(entry))
    await store.add([bootEvent()])
    await store.add([bootEvent()])
    await store.note({ kind: 'server', node: 'n01', message: 'script sent' })
    leave()
    await store.add([bootEvent({ sequence: 2 })])
    assert.equal(
      heard.map(({ kind }) => kind),
      ['event', 'server'],
    )
  })

  test.run()
}
