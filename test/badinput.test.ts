import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runProgram } from '../engine/cli.ts'
import { execute, type ProcessOutput } from '../engine/process.ts'
import { suite } from './suite.ts'

// Bad input as people write it: what they are told is a golden file, the exit code is Ansible's, and nothing is changed.
// GOLDEN=write writes the files anew; read the difference before committing it.
const root = join(import.meta.dirname, '..')
const here = join(import.meta.dirname, 'golden/badinput')
const test = suite('bad input')

type Case = { name: string; program: 'play' | 'provision'; args: string[]; code: number }

let work: string
const former = process.cwd()
test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'prelude-badinput-'))
  process.chdir(here)
})
test.after(() => {
  process.chdir(former)
  rmSync(work, { recursive: true, force: true })
})

const play = (file: string): string[] => ['-i', 'localhost,', file]
const cases: Case[] = [
  { name: 'unknown-module', program: 'play', args: play('unknown-module.yml'), code: 4 },
  { name: 'yaml-error', program: 'play', args: play('yaml-error.yml'), code: 4 },
  { name: 'undefined-variable', program: 'play', args: play('undefined-variable.yml'), code: 2 },
  { name: 'unknown-parameter', program: 'play', args: play('unknown-parameter.yml'), code: 4 },
  { name: 'cyclic-group', program: 'play', args: ['-i', 'cyclic-group.yml', 'ok.yml'], code: 1 },
  { name: 'missing-playbook', program: 'play', args: play('none.yml'), code: 1 },
  { name: 'missing-inventory', program: 'play', args: ['-i', 'none.yml', 'ok.yml'], code: 0 },
  { name: 'no-host-left', program: 'play', args: [...play('ok.yml'), '--limit', 'n0[1:2],gpu'], code: 1 },
  { name: 'forks', program: 'play', args: [...play('ok.yml'), '--forks', 'many'], code: 2 },
  { name: 'compat', program: 'play', args: [...play('ok.yml'), '--compat', '2.17'], code: 2 },
  { name: 'unknown-option', program: 'play', args: [...play('ok.yml'), '--chek'], code: 2 },
  { name: 'no-playbook', program: 'play', args: ['-i', 'localhost,'], code: 2 },
  { name: 'extra-vars', program: 'play', args: [...play('ok.yml'), '-e', 'nodes=n01 n02'], code: 5 },
  { name: 'extra-vars-file', program: 'play', args: [...play('ok.yml'), '-e', '@nothing.yml'], code: 1 },
  { name: 'vault-password-file', program: 'play', args: [...play('ok.yml'), '--vault-password-file', 'none'], code: 1 },
  { name: 'inventory-ini', program: 'play', args: ['-i', 'inventory.ini', 'ok.yml'], code: 1 },
  { name: 'play-keywords', program: 'play', args: play('play-keywords.yml'), code: 4 },
  { name: 'parameters', program: 'play', args: play('parameters.yml'), code: 2 },
  { name: 'unknown-role', program: 'play', args: play('unknown-role.yml'), code: 1 },
  { name: 'unknown-import', program: 'play', args: play('unknown-import.yml'), code: 1 },
  { name: 'circle', program: 'play', args: play('circle.yml'), code: 4 },
  { name: 'template-syntax', program: 'play', args: play('template-syntax.yml'), code: 2 },
  { name: 'template-filter', program: 'play', args: play('template-filter.yml'), code: 2 },
  { name: 'template-file', program: 'play', args: play('template-file.yml'), code: 2 },
  { name: 'condition', program: 'play', args: play('condition.yml'), code: 2 },
  { name: 'recursion', program: 'play', args: play('recursion.yml'), code: 2 },
  { name: 'not-a-list', program: 'play', args: play('not-a-list.yml'), code: 2 },
  { name: 'missing-file', program: 'play', args: play('missing-file.yml'), code: 2 },
  { name: 'missing-include', program: 'play', args: play('missing-include.yml'), code: 2 },
  { name: 'missing-vars-file', program: 'play', args: play('missing-vars-file.yml'), code: 1 },
  { name: 'vaulted', program: 'play', args: play('vaulted.yml'), code: 2 },
  { name: 'handler', program: 'play', args: play('handler.yml'), code: 1 },
  { name: 'command', program: 'play', args: play('command.yml'), code: 2 },
  {
    name: 'unreachable',
    program: 'play',
    args: ['-i', '127.0.0.2,', '-e', 'ansible_port=1', '-u', 'root', 'unreachable.yml'],
    code: 4,
  },
  {
    name: 'node-without-mac',
    program: 'provision',
    args: ['node', 'show', 'n01', '-i', 'node-without-mac.yml'],
    code: 1,
  },
  { name: 'unknown-node', program: 'provision', args: ['node', 'show', 'n07', '-i', 'no-image.yml'], code: 1 },
  { name: 'no-image', program: 'provision', args: ['boot', 'show', 'n01', '-i', 'no-image.yml'], code: 1 },
]

/** `play` in this process, as by somebody without a terminal. */
const runPlay = async (args: readonly string[]): Promise<ProcessOutput> => {
  const said = { stdout: '', stderr: '' }
  const code = await runProgram(args, {
    out: (text) => (said.stdout += text),
    error: (text) => (said.stderr += text),
    columns: { out: () => undefined, error: () => undefined },
    environment: { ...process.env, NO_COLOR: '1' },
    directory: here,
    home: root,
    ask: async () => undefined,
    answer: async () => undefined,
    read: async () => Buffer.alloc(0),
    interruptible: (run) => run(new AbortController().signal),
  })
  return { code, ...said }
}

const runProvision = (args: readonly string[]): Promise<ProcessOutput> =>
  execute(join(root, 'bin/provision'), args, { cwd: here, env: { ...process.env, NO_COLOR: '1' } })

for (const { name, program, args, code } of cases) {
  test(name, async () => {
    const marker = join(work, 'marker')
    const state = join(work, 'state')
    const output = await (program === 'play'
      ? runPlay([...args, '-e', `marker=${marker}`])
      : runProvision([...args, '--state', state]))
    const said = `${output.stdout}${output.stderr}`
      .replaceAll(work, '/WORK')
      .replaceAll(`${here}/`, '')
      .replace(/"(delta|start|end)": "[^"]*"/g, '"$1": "…"')
    const golden = join(here, `${name}.txt`)
    if (process.env['GOLDEN'] === 'write') writeFileSync(golden, said)
    assert.is(said, readFileSync(golden, 'utf8'))
    assert.is(output.code, code)
    assert.not.ok(existsSync(marker), 'nothing was written')
  })
}

test.run()
