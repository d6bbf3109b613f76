import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { runtimeWatchdog } from '../../../agent/system/watchdog.ts'
import { suite } from '../../suite.ts'

const test = suite('agent watchdog')

for (const [name, files, value] of [
  ['nothing', {}, undefined],
  ['a comment', { 'etc/systemd/system.conf': '[Manager]\n#RuntimeWatchdogSec=off\n' }, undefined],
  ['the main file', { 'etc/systemd/system.conf': '[Manager]\nRuntimeWatchdogSec = 30s \n' }, '30s'],
  [
    'a file of its directory, over the main one',
    {
      'etc/systemd/system.conf': 'RuntimeWatchdogSec=30',
      'usr/lib/systemd/system.conf.d/a.conf': 'RuntimeWatchdogSec=0',
    },
    '0',
  ],
  [
    'the last of several by name',
    {
      'etc/systemd/system.conf.d/10-a.conf': 'RuntimeWatchdogSec=1',
      'usr/lib/systemd/system.conf.d/20-b.conf': 'RuntimeWatchdogSec=2',
    },
    '2',
  ],
  [
    '/etc of one name',
    {
      'etc/systemd/system.conf.d/a.conf': 'RuntimeWatchdogSec=1',
      'usr/lib/systemd/system.conf.d/a.conf': 'RuntimeWatchdogSec=2',
    },
    '1',
  ],
] as const) {
  test(`what a root's systemd wants of the watchdog: ${name}`, async () => {
    const root = mkdtempSync(join(tmpdir(), 'watchdog-'))
    try {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), text)
      }
      assert.is(await runtimeWatchdog(root), value)
    } finally {
      rmSync(root, { recursive: true })
    }
  })
}

test('links of the root lead where they will on the running node', async () => {
  const root = mkdtempSync(join(tmpdir(), 'watchdog-'))
  try {
    mkdirSync(join(root, 'etc/systemd'), { recursive: true })
    mkdirSync(join(root, 'site'))
    writeFileSync(join(root, 'site/system.conf'), 'RuntimeWatchdogSec=off')
    symlinkSync('/site/system.conf', join(root, 'etc/systemd/system.conf'))
    assert.is(await runtimeWatchdog(root), 'off')
  } finally {
    rmSync(root, { recursive: true })
  }
})

test.run()
