import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { both, normal, type OracleCase } from '../run/oracle.ts'

// The modules that steer a play, by play and by ansible-playbook: the same report and the same values.
const test = suite('modules that steer a play: same as ansible-playbook')

const playbook = (name: string): string => join(import.meta.dirname, 'control', name)

/** What ansible-playbook says on the terminal while it waits. */
const whileWaiting = /^(?:Pausing for|\(ctrl\+C then)[^\n]*\n/gm

const cases: readonly OracleCase[] = [
  { name: 'values and results', runs: [[playbook('control.yml')]] },
  { name: 'check mode', runs: [[playbook('control.yml'), '--check']] },
]

for (const one of cases) {
  test(one.name, async () => {
    const { mine, theirs } = await both(one)
    assert.equal(normal(mine.text, one), normal(theirs.text.replace(whileWaiting, ''), one))
    assert.is(mine.code, theirs.code, `exit code\n${mine.error}\n--- ansible-playbook:\n${theirs.error}`)
    assert.is(mine.tree, theirs.tree, 'files left behind')
  }, 120_000)
}

test.run()
