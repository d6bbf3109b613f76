import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { setRootPassword } from '../../../agent/system/shell.ts'
import { suite } from '../../suite.ts'

const test = suite('agent shell')

for (const [name, passwd, expected] of [
  [
    'an account without a password',
    'root::0:0::/root:/bin/sh\nrpc:x:32:32::/:/bin/false\n',
    'root:x:0:0::/root:/bin/sh\nrpc:x:32:32::/:/bin/false\n',
  ],
  ['no file at all', undefined, 'root:x:0:0::/root:/bin/sh\n'],
] as const) {
  test(`${name} gets the password, which root alone reads`, async () => {
    const etc = await mkdtemp(join(tmpdir(), 'shell-'))
    try {
      if (passwd !== undefined) await writeFile(join(etc, 'passwd'), passwd)
      await writeFile(join(etc, 'shadow'), 'root:locked:\n', { mode: 0o644 })
      await setRootPassword('$6$salt$hash', etc)
      assert.is(await readFile(join(etc, 'passwd'), 'utf8'), expected)
      assert.match(await readFile(join(etc, 'shadow'), 'utf8'), /^root:\$6\$salt\$hash:\d+::::::\n$/)
      assert.is((await stat(join(etc, 'shadow'))).mode & 0o777, 0o600)
    } finally {
      await rm(etc, { recursive: true })
    }
  })
}

test.run()
