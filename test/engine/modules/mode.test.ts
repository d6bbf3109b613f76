import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkMode, modeFor } from '../../../engine/modules/mode.ts'
import { suite } from '../../suite.ts'

const test = suite('mode')
const modes = [0o000, 0o644, 0o750, 0o755, 0o6711]
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

/** What chmod of this machine makes of each mode, kind of file and former mode. */
const judged = (): Map<string, number> => {
  const steps = texts.flatMap((text) =>
    ['file', 'directory'].flatMap((kind) =>
      modes.map(
        (before) =>
          `chmod ${before.toString(8)} ${kind}; chmod -- '${text}' ${kind}; echo '${text} ${kind} ${before}' $(stat -c %a ${kind})`,
      ),
    ),
  )
  const script = ['umask 022', ...steps].join('\n')
  const output = execFileSync('/bin/sh', [], { cwd: directory, input: script, stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = output.toString().trim().split('\n')
  return new Map(lines.map((line) => [line.replace(/ \d+$/, ''), Number.parseInt(line.replace(/.* /, ''), 8)]))
}

test('modes are what chmod makes of them', () => {
  const expected = judged()
  for (const text of texts) {
    for (const directory of [false, true]) {
      for (const before of modes) {
        const name = `${text} ${directory ? 'directory' : 'file'} ${before}`
        // chmod keeps a directory's set-id bits where a plain octal mode or '=' does not name them.
        const mask = directory ? 0o1777 : 0o7777
        const mode = modeFor(text, { mode: before, directory }, 0o022)
        assert.is((mode & mask).toString(8), (expected.get(name)! & mask).toString(8), name)
      }
    }
  }
})

for (const text of ['rw-r--r--', '0o888', '9', 'u', 'u=q', 'x=r', 'u=r;g=r', '']) {
  test(`'${text}' is none`, () => assert.throws(() => checkMode(text), /is no file mode/))
}

test.run()
