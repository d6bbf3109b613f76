import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'

const test = suite('agent service')
const name = 'prelude-agent.service'
const unit = readFileSync(join(import.meta.dirname, '../../../agent/systemd', name), 'utf8')

if (existsSync('/usr/bin/systemd-analyze'))
  test('systemd finds nothing to say about the unit', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'unit-'))
    try {
      // the program is not installed here
      writeFileSync(join(directory, name), unit.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'))
      const { code, stdout, stderr } = await execute('systemd-analyze', ['verify', join(directory, name)])
      assert.equal([code, stdout, stderr], [0, '', ''])
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
else test.skip('systemd finds nothing to say about the unit', 'no systemd-analyze here')

test('it tells systemd that it is ready and alive, and never gives up', () => {
  for (const line of [
    'Type=notify',
    'NotifyAccess=all',
    'WatchdogSec=300',
    'StartLimitIntervalSec=0',
    'Restart=on-failure',
  ])
    assert.match(unit, `\n${line}\n`)
})

test.run()
