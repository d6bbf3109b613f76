import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute } from '../engine/process.ts'
import { suite } from './suite.ts'

// Bad input as people write it: what they are told is a golden file, the exit code is Ansible's, and nothing is changed.
// GOLDEN=write writes the files anew; read the difference before committing it.
const root = join(import.meta.dirname, '..')
const here = join(import.meta.dirname, 'golden/badinput')
const test = suite('bad input')

type Case = { name: string; program: 'play' | 'provision'; args: string[]; code: number }

let work: string
test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'prelude-badinput-'))
})
test.after(() => rmSync(work, { recursive: true, force: true }))

const play = (file: string): string[] => ['-i', 'localhost,', file]
const cases: Case[] = [
  { name: 'unknown-module', program: 'play', args: play('unknown-module.yml'), code: 4 },
  { name: 'yaml-error', program: 'play', args: play('yaml-error.yml'), code: 4 },
  { name: 'undefined-variable', program: 'play', args: play('undefined-variable.yml'), code: 2 },
  { name: 'unknown-parameter', program: 'play', args: play('unknown-parameter.yml'), code: 4 },
  { name: 'cyclic-group', program: 'play', args: ['-i', 'cyclic-group.yml', 'ok.yml'], code: 1 },
  { name: 'missing-playbook', program: 'play', args: play('none.yml'), code: 1 },
  { name: 'missing-inventory', program: 'play', args: ['-i', 'none.yml', 'ok.yml'], code: 1 },
  { name: 'no-host-left', program: 'play', args: [...play('ok.yml'), '--limit', 'n0[1:2],gpu'], code: 1 },
  { name: 'forks', program: 'play', args: [...play('ok.yml'), '--forks', 'many'], code: 2 },
  { name: 'compat', program: 'play', args: [...play('ok.yml'), '--compat', '2.17'], code: 2 },
  {
    name: 'node-without-mac',
    program: 'provision',
    args: ['node', 'show', 'n01', '-i', 'node-without-mac.yml'],
    code: 1,
  },
  { name: 'unknown-node', program: 'provision', args: ['node', 'show', 'n07', '-i', 'no-image.yml'], code: 1 },
  { name: 'no-image', program: 'provision', args: ['boot', 'show', 'n01', '-i', 'no-image.yml'], code: 1 },
]

for (const { name, program, args, code } of cases) {
  test(name, async () => {
    const marker = join(work, 'marker')
    const state = join(work, 'state')
    const extra = program === 'play' ? ['-e', `marker=${marker}`] : ['--state', state]
    const output = await execute(join(root, 'bin', program), [...args, ...extra], {
      cwd: here,
      env: { ...process.env, NO_COLOR: '1' },
    })
    const said = `${output.stdout}${output.stderr}`.replaceAll(work, '/WORK').replaceAll(`${here}/`, '')
    const golden = join(here, `${name}.txt`)
    if (process.env['GOLDEN'] === 'write') writeFileSync(golden, said)
    assert.is(said, readFileSync(golden, 'utf8'))
    assert.is(output.code, code)
    assert.not.ok(existsSync(marker), 'nothing was written')
  }, 30_000)
}

test.run()
