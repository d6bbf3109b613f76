import { createPatch } from 'diff'
import * as assert from 'uvu/assert'
import { suite } from '../suite.ts'
import { type Case, casesNamed } from './case.ts'
import { comparable, warningsIn, without } from './compare.ts'
import { execute, type Outcome } from './execute.ts'
import { oracle } from './oracle.ts'

// The same sites by play and by ansible-core: the same exit codes, the same files left behind, the same report.
// `npm run conformance TEXT` runs the cases whose names contain TEXT.
const test = suite('conformance with ansible-core')
const cases = casesNamed(process.argv[2] ?? '')

type Pair = { readonly mine: Outcome; readonly theirs: Outcome }
const both = async (one: Case): Promise<Pair> => {
  const [mine, theirs] = await Promise.all([execute(one, 'play'), oracle(one)])
  return { mine, theirs }
}

/** Two cases at a time: most of the time is Python starting. */
const started = new Map<string, Promise<Pair>>()
const start = (one: Case | undefined): void => {
  if (!one || started.has(one.name)) return
  const running = both(one)
  running.catch(() => {})
  started.set(one.name, running)
}

/** The lines that differ: theirs with `-`, ours with `+`. */
const difference = (what: string, mine: string, theirs: string): string =>
  mine === theirs ? '' : createPatch(what, theirs, mine, 'ansible-core', 'play', { context: 2 })

cases.forEach((one, index) => {
  test(one.name, async () => {
    start(one)
    start(cases[index + 1])
    const { mine, theirs } = await (started.get(one.name) as Promise<Pair>)
    const differences = [
      difference('exit codes', mine.codes.join(' '), theirs.codes.join(' ')),
      one.stdout ? difference('standard output', comparable(mine.text, one), comparable(theirs.text, one)) : '',
      one.warnings
        ? difference('warnings', warningsIn(mine.error, 'play'), warningsIn(theirs.error, 'ansible-core'))
        : '',
      difference('files left behind', without(mine.tree, one), without(theirs.tree, one)),
    ].join('')
    if (differences === '') return
    const errors = `errors of play:\n${mine.error}\nerrors of ansible-core:\n${theirs.error}`
    throw Object.assign(new Error(`${differences}\n${errors}`), { stack: '' })
  }, 180_000)
})

test('no Python can be started below play', async () => {
  const { codes } = await execute({ ...(cases[0] as Case), runs: ['python3 -c 1', '/usr/bin/python3 -c 1'] }, 'play')
  assert.equal(codes, [127, 126])
})

test.run()
