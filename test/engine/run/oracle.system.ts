import { execFile } from 'node:child_process'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'

// The same playbook by play and by ansible-playbook: the same text on standard output, the same exit code.
const here = join(import.meta.dirname, 'cases')
const play = join(import.meta.dirname, '../../../bin/play')

type Output = { code: number; text: string }

const run = (file: string, args: readonly string[]): Promise<Output> => {
  const { promise, resolve } = Promise.withResolvers<Output>()
  const env = {
    ...process.env,
    ANSIBLE_LOCALHOST_WARNING: 'false',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_CONFIG: '/dev/null',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    PYTHONWARNINGS: 'ignore',
    COLUMNS: '80',
  }
  execFile(file, [...args], { cwd: here, env }, (error, stdout, stderr) => {
    const code = error === null ? 0 : Number(error.code)
    resolve({ code, text: `${stdout}${code > 4 ? stderr : ''}` })
  })
  return promise
}

/** Lines that only our report has: the place of a failure, its excerpt and hint. */
const ours = /^(?:\S+:\d+:\d+: | +\d+ \| | +\| +\^| {2}(?:hint|because): )/

/** The order of hosts within a task is that of their answers, in both. */
const normal = (text: string): string[] => {
  const groups: string[][] = [[]]
  for (const line of text.split('\n')) {
    if (ours.test(line)) continue
    if (/^(?:TASK|PLAY|RUNNING HANDLER|$)/.test(line)) groups.push([line])
    else groups.at(-1)?.push(line.trimEnd())
  }
  return groups.flatMap(([head, ...rest]) => [
    head ?? '',
    ...(rest.some((line) => line.startsWith(' ')) ? rest : rest.sort()),
  ])
}

const test = suite('run: same as ansible-playbook')

const inventory = ['-i', 'a,b,', '-c', 'local']
const cases: [name: string, args: string[]][] = [
  ['blocks', ['blocks.yml']],
  ['handlers', ['handlers.yml']],
  ['loops', ['loops.yml']],
  ['includes', ['includes.yml']],
  ['once', ['once.yml']],
  ['errors', ['errors.yml']],
  ['templates', ['templates.yml']],
  ['tags: all', ['tags.yml']],
  ['tags: one', ['tags.yml', '--tags', 'one']],
  ['tags: skip', ['tags.yml', '--skip-tags', 'two,always']],
  ['tags: special', ['tags.yml', '--tags', 'special']],
  ['check mode', ['handlers.yml', '--check']],
  ['limit', ['once.yml', '--limit', 'b']],
  ['list of tasks', ['tags.yml', '--list-tasks', '--tags', 'one']],
  ['list of hosts', ['once.yml', '--list-hosts']],
  ['extra vars', ['templates.yml', '-e', 'n=9', '-e', '{"items_list": [9]}']],
  ['unknown file', ['missing.yml']],
]

for (const [name, args] of cases) {
  test(name, async () => {
    const [mine, theirs] = await Promise.all([
      run(play, [...inventory, ...args]),
      run('ansible-playbook', [...inventory, ...args]),
    ])
    assert.is(mine.code, theirs.code, `exit code\n${mine.text}\n--- ansible-playbook:\n${theirs.text}`)
    assert.equal(normal(mine.text), normal(theirs.text))
  }, 60_000)
}

test.run()
