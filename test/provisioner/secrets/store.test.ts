import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { scopesOf, secretStore } from '../../../provisioner/secrets/store.ts'
import { suite } from '../../suite.ts'
import { temporaryDirectory } from '../fixture.ts'

const test = suite('secrets')

const withStore = (title: string, run: (store: ReturnType<typeof secretStore>, state: string) => Promise<void>) =>
  test(title, async () => {
    const { directory, remove } = await temporaryDirectory()
    try {
      await run(secretStore(directory), directory)
    } finally {
      await remove()
    }
  })

const rejects = async (run: () => Promise<unknown>, message: RegExp): Promise<void> => {
  const thrown = await run().then(
    () => undefined,
    (reason) => reason as Error,
  )
  assert.match(thrown?.message ?? 'nothing was thrown', message)
}

const site = { kind: 'site' } as const
const node = { kind: 'node', name: 'n01' } as const
const canary = 'canary-7f3a'

withStore('what is set is there, for its scope alone', async (store) => {
  await store.set({ name: 'munge.key', scope: site }, Buffer.from([0, 255, 10]))
  assert.equal(await store.get({ name: 'munge.key', scope: site }), Buffer.from([0, 255, 10]))
  assert.is(await store.get({ name: 'munge.key', scope: node }), undefined)
  await store.set({ name: 'munge.key', scope: node }, Buffer.from('own'))
  assert.is((await store.get({ name: 'munge.key', scope: node }))?.toString(), 'own')
  assert.equal(await store.list(), [
    { name: 'munge.key', scope: site },
    { name: 'munge.key', scope: node },
  ])
  assert.is(await store.remove({ name: 'munge.key', scope: node }), true)
  assert.is(await store.remove({ name: 'munge.key', scope: node }), false)
})

withStore('nothing below the state directory has the text, and only its owner reads the key', async (store, state) => {
  await store.set({ name: 'a', scope: site }, Buffer.from(canary))
  const files = (await readdir(state, { recursive: true, withFileTypes: true })).filter((each) => each.isFile())
  assert.is(files.length, 2)
  for (const file of files) {
    const path = join(file.parentPath, file.name)
    assert.not.match((await readFile(path)).toString('latin1'), canary)
    assert.is((await stat(path)).mode & 0o777, 0o600)
  }
  assert.is((await stat(join(state, 'secrets'))).mode & 0o777, 0o700)
})

withStore('the same content is never stored as the same bytes', async (store, state) => {
  const stored = async () => (await readFile(join(state, 'secrets/site/a'))).toString('hex')
  await store.set({ name: 'a', scope: site }, Buffer.from(canary))
  const first = await stored()
  await store.set({ name: 'a', scope: site }, Buffer.from(canary))
  assert.is.not(await stored(), first)
})

withStore('a file that was changed, cut or put in the place of another is refused', async (store, state) => {
  await store.set({ name: 'a', scope: site }, Buffer.from(canary))
  const file = join(state, 'secrets/site/a')
  const whole = await readFile(file)
  await copyFile(file, join(state, 'secrets/site/b'))
  await rejects(() => store.get({ name: 'b', scope: site }), /cannot be decrypted/)
  for (const spoilt of [
    whole.subarray(0, 20),
    whole.subarray(0, -1),
    Buffer.from(whole.map((byte, index) => (index === 30 ? byte ^ 1 : byte))),
  ]) {
    await writeFile(file, spoilt)
    await rejects(() => store.get({ name: 'a', scope: site }), /cannot be decrypted/)
  }
})

withStore('names cannot lead elsewhere', async (store) => {
  for (const name of ['', '.', '..', '../x', 'a/b', '.hidden', 'a\0b']) {
    await rejects(async () => store.set({ name, scope: site }, Buffer.from('x')), /cannot name a secret/)
  }
  await rejects(async () => store.get({ name: 'a', scope: { kind: 'node', name: '../site' } }), /cannot name a node/)
})

test("a node's own wins over its groups', the nearer group over the farther", () => {
  assert.equal(
    scopesOf('n01', ['all', 'rack', 'gpu']).map((scope) => (scope.kind === 'site' ? 'site' : scope.name)),
    ['n01', 'gpu', 'rack', 'all', 'site'],
  )
})

test.run()
