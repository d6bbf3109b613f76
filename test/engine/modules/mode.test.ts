import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkMode, modeFor } from '../../../engine/modules/mode.ts'
import { suite } from '../../suite.ts'

const test = suite('mode')
const umask = 0o022
let directory: string

test.before(() => {
  directory = mkdtempSync(join(tmpdir(), 'prelude-mode-'))
  writeFileSync(join(directory, 'file'), '')
  mkdirSync(join(directory, 'directory'))
})
test.after(() => rmSync(directory, { recursive: true }))

const texts = [
  ...['0644', '644', '4755', '1777', 'u=rwx,g=rx,o=', 'a+x', '+x', '-w', 'u+s', 'g+s', '+t', 'o+t', 'u-x,g+w'],
  ...['a=rX', 'u=rwX,go=rX', 'g=u', 'o=g', 'u+x-w', 'ug=rw', 'a-x+X', '=r', 'go-rwx', 'u=g,g=o'],
]

/** chmod of this machine is the judge. */
for (const text of texts) {
  test(text, () => {
    for (const kind of ['file', 'directory']) {
      for (const before of [0o000, 0o644, 0o750, 0o755, 0o6711]) {
        const path = join(directory, kind)
        chmodSync(path, before)
        execFileSync('/bin/sh', [
          '-c',
          `umask ${umask.toString(8)}; chmod "$1" "$2" 2>/dev/null || :`,
          'sh',
          text,
          path,
        ])
        const expected = statSync(path).mode & 0o7777
        const isDirectory = kind === 'directory'
        // chmod keeps a directory's set-id bits where a plain octal mode or '=' does not name them.
        const mask = isDirectory ? 0o1777 : 0o7777
        const mode = modeFor(text, { mode: before, directory: isDirectory }, umask)
        assert.is((mode & mask).toString(8), (expected & mask).toString(8), `${kind} ${before.toString(8)}`)
      }
    }
  })
}

for (const text of ['rw-r--r--', '0o888', '9', 'u', 'u=q', 'x=r', 'u=r;g=r', '']) {
  test(`'${text}' is none`, () => assert.throws(() => checkMode(text), /is no file mode/))
}

test.run()
