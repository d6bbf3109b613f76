import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import * as assert from 'uvu/assert'
import { codeOf } from '../../../engine/commands/exitcode.ts'
import { Failure, type FailureCode } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'
import { site } from './play.ts'

const test = suite('exit codes')

test('what ends a run has the code of ansible-playbook', () => {
  const codes: Readonly<Record<FailureCode, number>> = {
    'yaml.syntax': 4,
    'playbook.keyword': 4,
    'template.syntax': 4,
    'template.undefined': 1,
    'playbook.missing': 1,
    'playbook.role': 1,
    'cli.extra-vars': 5,
    'cli.encoding': 6,
    'inventory.limit': 1,
  }
  for (const [code, expected] of Object.entries(codes)) {
    assert.is(codeOf(new Failure(code as FailureCode, 'text')), expected, code)
  }
  assert.is(codeOf(new CommanderError(1, 'commander.unknownOption', 'text')), 2)
  assert.is(codeOf(new CommanderError(0, 'commander.helpDisplayed', 'text')), 0)
  assert.is(codeOf(new TypeError('a mistake of ours')), 250)
})

test(
  'arguments must be UTF-8',
  () =>
    site({}, async (here) => {
      const { code, stderr } = await here.run(
        'sh',
        '-c',
        `${join(import.meta.dirname, '../../../bin/play')} "$(printf '\\377')"`,
      )
      assert.is(code, 6)
      assert.match(stderr, 'an argument is not in UTF-8\n  hint: ')
    }),
  30_000,
)

test(
  'a run goes on when the reader of its report is gone',
  () =>
    site(
      {
        'site.yml': `- hosts: localhost
  gather_facts: false
  tasks:
    - debug: {msg: "{{ 'x' * 1000 }}"}
      loop: "{{ range(300) }}"
    - copy: {dest: "{{ playbook_dir }}/done", content: x}
`,
      },
      async (here) => {
        const { code } = await here.run(
          'sh',
          '-c',
          `${join(import.meta.dirname, '../../../bin/play')} site.yml | head -1`,
        )
        assert.is(code, 0)
        assert.ok(existsSync(join(here.directory, 'done')))
      },
    ),
  30_000,
)

test.run()
