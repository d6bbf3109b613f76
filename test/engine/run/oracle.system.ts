import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { cases } from './cases.ts'
import { both, normal } from './oracle.ts'

// The same playbook by play and by ansible-playbook: the same report, the same exit code, the same files left behind.
const test = suite('run: same as ansible-playbook')
const pattern = process.env['ORACLE'] ?? ''

/** Two cases at a time: most of the time is Python starting. */
const started = new Map<string, ReturnType<typeof both>>()
const start = (index: number): void => {
  const next = cases[index]
  if (!next || started.has(next.name) || !next.name.includes(pattern)) return
  const running = both(next)
  running.catch(() => {})
  started.set(next.name, running)
}

cases.forEach((oracle, index) => {
  if (!oracle.name.includes(pattern)) return
  test(oracle.name, async () => {
    start(index)
    start(index + 1)
    const { mine, theirs } = await (started.get(oracle.name) as ReturnType<typeof both>)
    if (!oracle.codeOnly) assert.equal(normal(mine.text, oracle), normal(theirs.text, oracle))
    assert.is(mine.code, theirs.code, `exit code\n${mine.error}\n--- ansible-playbook:\n${theirs.error}`)
    assert.is(mine.tree, theirs.tree, 'files left behind')
  }, 180_000)
})

test.run()
