import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ensureRoot, parseTargets, sourcesOf } from '../../../engine/connections/bootstrap.ts'
import { Failure, messageOf } from '../../../engine/failure.ts'
import { withLock } from '../../../engine/lock.ts'
import { suite } from '../../suite.ts'

const test = suite('bootstrap')

const directory = mkdtempSync(join(tmpdir(), 'prelude-bootstrap-'))
const from = join(directory, 'from')
const copy = { method: 'directory', from, packages: [] }
test.before(() => {
  mkdirSync(join(from, 'etc'), { recursive: true })
  writeFileSync(join(from, 'etc/issue'), 'of the source')
})
test.after(() => rmSync(directory, { recursive: true }))

const failureOf = async (run: Promise<unknown>): Promise<Failure> => {
  const thrown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.instance(thrown, Failure)
  return thrown as Failure
}

test('a root is made once and then kept', async () => {
  const root = join(directory, 'a/tree')
  assert.is(await ensureRoot(root, copy), 'made')
  writeFileSync(join(root, 'etc/issue'), 'changed')
  assert.is(await ensureRoot(root, copy), 'kept')
  assert.is(readFileSync(join(root, 'etc/issue'), 'utf8'), 'changed')
  const failure = await failureOf(ensureRoot(root, { ...copy, from: '/elsewhere' }))
  assert.match(failure.message, /was made by directory from .*, not \/elsewhere/)
})

test('two that make one root do not disturb each other', async () => {
  const root = join(directory, 'b/tree')
  const outcomes = await Promise.all([1, 2, 3].map(() => ensureRoot(root, copy).catch(messageOf)))
  assert.equal(outcomes.filter((outcome) => outcome === 'made').length, 1)
  for (const outcome of outcomes) assert.match(outcome, /^(?:made|kept|.* is being made already)$/)
  assert.is(readFileSync(join(root, 'etc/issue'), 'utf8'), 'of the source')
})

test('a root that another process makes is left alone', async () => {
  const root = join(directory, 'c/tree')
  mkdirSync(`${root}.partial`, { recursive: true })
  const busy = () => new Failure('image.bootstrap', 'busy')
  await withLock(`${root}.lock`, 'exclusive', busy, async () => {
    const failure = await failureOf(ensureRoot(root, copy))
    assert.is(failure.code, 'connection.locked')
    assert.ok(existsSync(`${root}.partial`))
  })
  assert.is(await ensureRoot(root, copy), 'made')
})

test('what cannot be made is said', async () => {
  const root = join(directory, 'd/tree')
  assert.match((await failureOf(ensureRoot(root, { ...copy, method: 'magic' }))).message, /'magic' is not known/)
  assert.match((await failureOf(ensureRoot(root, { ...copy, from: '' }))).message, /no 'build_from'/)
  await failureOf(ensureRoot(root, { ...copy, from: join(directory, 'absent') }))
  assert.not.ok(existsSync(root))
})

test('apt sources of a suite are those of this machine', () => {
  const targets = parseTargets(
    'http://m/debian|bookworm|main\nhttp://m/debian|bookworm|contrib\nhttp://m/debian|bookworm-updates|main\nhttp://m/debian|sid|main\n\n',
  )
  assert.equal(sourcesOf('bookworm', targets), [
    'deb http://m/debian bookworm contrib main',
    'deb http://m/debian bookworm-updates main',
  ])
  assert.equal(sourcesOf('trixie', targets), [])
})

test.run()
