import * as assert from 'uvu/assert'
import { type Boot, keptBoots, type TokenStore } from '../../../provisioner/store/tokens.ts'
import { suite } from '../../suite.ts'

const wanted = { node: 'n01', mac: '52:54:00:00:00:01', address: '10.0.0.1', image: 'i@sha256:1', kernel: '6.1' }
const limits = { seconds: 600, times: 3 }

type Given = { readonly store: TokenStore; readonly clock: { now: number }; readonly close: () => Promise<void> }

/** What every token store does. `clock.now` is the store's time in milliseconds. */
export const tokenContract = (name: string, open: () => Promise<Given>): void => {
  const test = suite(`token store: ${name}`)
  const withStore = (title: string, run: (given: Given) => Promise<void>) =>
    test(title, async () => {
      const given = await open()
      try {
        await run(given)
      } finally {
        await given.close()
      }
    })
  const begin = async (store: TokenStore): Promise<{ boot: Boot; token: string }> => {
    const boot = await store.begin(wanted)
    return { boot, token: (await store.issue(boot.id, limits))! }
  }
  const refusalOf = async (store: TokenStore, token: string, address = wanted.address) => {
    const spent = await store.spend(token, address, 60)
    return 'refused' in spent ? spent.refused : 'opened'
  }

  withStore('keeps boots', async ({ store, clock }) => {
    const one = await store.begin(wanted)
    clock.now += 1000
    const two = await store.begin({ ...wanted, node: 'n02' })
    assert.equal(await store.boot(one.id), one)
    assert.equal(await store.boots(), [one, two])
    assert.equal(await store.boots({ node: 'n02' }), [two])
    assert.equal(await store.boots({ since: two.created }), [two])
    assert.is(await store.boot('nothing'), undefined)
    assert.is.not(one.id, two.id)
  })

  withStore('the session of a running node lives longer than that of one that boots', async ({ store, clock }) => {
    const { boot, token } = await begin(store)
    const spent = await store.spend(token, wanted.address, 60)
    const key = 'key' in spent ? spent.key : ''
    const isOpen = async () => (await store.session(key, 60, 600)) !== undefined
    assert.ok(await isOpen())
    clock.now += 59_000
    assert.ok(await isOpen())
    await store.end(boot.id)
    assert.ok(await isOpen())
    clock.now += 599_000
    assert.ok(await isOpen())
    clock.now += 600_000
    assert.not.ok(await isOpen())
  })

  withStore('counts the boots that had a token since one came to its end', async ({ store, clock }) => {
    assert.is(await store.attempts('n01'), 0)
    await store.begin(wanted) // its script alone
    assert.is(await store.attempts('n01'), 0)
    await begin(store)
    clock.now += 1000
    const { boot } = await begin(store)
    assert.is(await store.attempts('n01'), 2)
    assert.is(await store.attempts('n01', boot.created), 1)
    assert.is(await store.attempts('n02'), 0)
    await store.end(boot.id)
    assert.is(await store.attempts('n01'), 0)
    await begin(store)
    assert.is(await store.attempts('n01'), 1, 'boots of one moment keep their order')
  })

  withStore('keeps the newest boots of each node, and that of its session', async ({ store, clock }) => {
    const other = await store.begin({ ...wanted, node: 'n02' })
    const first = await begin(store)
    const spent = await store.spend(first.token, wanted.address, 3600)
    const second = await begin(store)
    await store.end(second.boot.id)
    for (let index = 1; index < keptBoots; index++) {
      clock.now += 1000
      await begin(store)
    }
    assert.equal(await store.boot(second.boot.id), second.boot)
    await begin(store)
    const left = (await store.boots({ node: 'n01' })).map(({ id }) => id)
    assert.is(left.length, keptBoots + 1)
    assert.ok(left.includes(first.boot.id), 'its session is open')
    assert.is(await store.boot(second.boot.id), undefined)
    assert.is(await refusalOf(store, second.token), 'unknown')
    assert.is('key' in spent ? (await store.session(spent.key, 60))?.boot : undefined, first.boot.id)
    assert.equal(await store.boot(other.id), other)
  })

  withStore('a token opens one session', async ({ store }) => {
    const { boot, token } = await begin(store)
    const spent = await store.spend(token, wanted.address, 60)
    assert.ok('session' in spent)
    const session = 'session' in spent ? await store.session(spent.key, 60) : undefined
    assert.is(session?.node, 'n01')
    assert.is(session?.boot, boot.id)
    assert.is(session?.address, wanted.address)
    assert.is(await refusalOf(store, token), 'used')
  })

  withStore('two that come at once do not both get in', async ({ store }) => {
    const { token } = await begin(store)
    const both = await Promise.all([refusalOf(store, token), refusalOf(store, token)])
    assert.equal(both.sort(), ['opened', 'used'])
  })

  withStore('a token is good from its address and in its time', async ({ store, clock }) => {
    const { token } = await begin(store)
    assert.is(await refusalOf(store, token, '10.0.0.2'), 'address')
    clock.now += limits.seconds * 1000
    assert.is(await refusalOf(store, token), 'expired')
  })

  withStore('a token that is changed or made up says nothing', async ({ store }) => {
    const { boot, token } = await begin(store)
    const other = token.endsWith('A') ? 'B' : 'A'
    assert.is(await refusalOf(store, token.slice(0, -1) + other), 'unknown')
    assert.is(await refusalOf(store, `${boot.id}.`), 'unknown')
    assert.is(await refusalOf(store, boot.id), 'unknown')
    assert.is(await refusalOf(store, ''), 'unknown')
    assert.is(await refusalOf(store, token), 'opened')
  })

  withStore('a new token ends the former one', async ({ store }) => {
    const { boot, token } = await begin(store)
    const next = await store.issue(boot.id, limits)
    assert.is(await refusalOf(store, token), 'unknown')
    assert.is(await refusalOf(store, next!), 'opened')
  })

  withStore('tokens of a boot are counted, and end with the first use', async ({ store }) => {
    const { boot } = await begin(store)
    assert.ok(await store.issue(boot.id, limits))
    assert.ok(await store.issue(boot.id, limits))
    assert.is(await store.issue(boot.id, limits), undefined)
    const other = await begin(store)
    await store.spend(other.token, wanted.address, 60)
    assert.is(await store.issue(other.boot.id, limits), undefined)
  })

  withStore('a session lives on while it is used', async ({ store, clock }) => {
    const { token } = await begin(store)
    const spent = await store.spend(token, wanted.address, 60)
    const key = 'key' in spent ? spent.key : ''
    clock.now += 50_000
    assert.ok(await store.session(key, 60))
    clock.now += 50_000
    assert.ok(await store.session(key, 60))
    clock.now += 60_000
    assert.is(await store.session(key, 60), undefined)
    assert.is(await store.session(`${key}x`, 60), undefined)
  })

  withStore('a new session of a node ends its former one; those of others stay', async ({ store }) => {
    const open = async (node: string) => {
      const boot = await store.begin({ ...wanted, node })
      const spent = await store.spend((await store.issue(boot.id, limits))!, wanted.address, 60)
      return 'key' in spent ? spent.key : ''
    }
    const [first, other, second] = [await open('n01'), await open('n02'), await open('n01')]
    assert.is(await store.session(first, 60), undefined)
    assert.ok(await store.session(other, 60))
    assert.ok(await store.session(second, 60))
  })

  withStore('a boot that ended closes its window; its session is open, and no longer booting', async ({ store }) => {
    const { boot, token } = await begin(store)
    const spent = await store.spend(token, wanted.address, 60)
    const key = 'key' in spent ? spent.key : ''
    assert.is((await store.session(key, 60))?.isBooting, true)
    for (const node of ['n01', 'n02']) await store.openWindow(node, new Date(1000))
    await store.end(boot.id)
    await store.end(boot.id)
    await store.end('nothing')
    assert.is((await store.session(key, 60))?.isBooting, false)
    assert.is(await store.window('n01'), undefined)
    assert.equal(await store.window('n02'), new Date(1000))
  })

  withStore('keeps windows', async ({ store }) => {
    assert.is(await store.window('n01'), undefined)
    await store.openWindow('n01', new Date(1000))
    await store.openWindow('n01', new Date(2000))
    assert.equal(await store.window('n01'), new Date(2000))
  })

  withStore('knows when the running system of a node was heard, and that it stops', async ({ store, clock }) => {
    const { boot, token } = await begin(store)
    assert.is(await store.running('n01'), undefined)
    const spent = await store.spend(token, wanted.address, 60)
    const key = 'key' in spent ? spent.key : ''
    assert.is(await store.running('n01'), undefined, 'it boots')
    await store.end(boot.id)
    assert.equal(await store.running('n01'), new Date(clock.now))
    clock.now += 5000
    await store.session(key, 60)
    assert.equal(await store.running('n01'), new Date(clock.now))
    await store.stop(boot.id)
    await store.stop(boot.id)
    await store.stop('nothing')
    assert.is(await store.running('n01'), undefined)
    await store.session(key, 60)
    assert.equal(await store.running('n01'), new Date(clock.now))
  })

  test.run()
}
