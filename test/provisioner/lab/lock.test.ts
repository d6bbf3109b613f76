import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { messageOf } from '../../../engine/failure.ts'
import { withLabLock } from '../../../provisioner/lab/lock.ts'
import { suite } from '../../suite.ts'

const test = suite('lab lock')

const directory = mkdtempSync(join(tmpdir(), 'prelude-lock-'))
test.after(() => rmSync(directory, { recursive: true }))

test('a lab that is worked on says so', () =>
  withLabLock(directory, 'exclusive', async () => {
    const said = await withLabLock(directory, 'shared', async () => 'ran').catch(messageOf)
    assert.match(said, `another command is working on the lab in ${directory}`)
  }))

test('a directory that is not there is said', async () => {
  const said = await withLabLock(`${directory}/absent`, 'shared', async () => 'ran').catch(messageOf)
  assert.match(said, /absent/)
})

test.run()
