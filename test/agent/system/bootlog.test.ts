import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { bootLine, stageLine } from '../../../agent/system/bootlines.ts'
import { isScreen, openConsole } from '../../../agent/system/console.ts'
import { openLog } from '../../../agent/system/journal.ts'
import { run } from '../../../agent/system/run.ts'
import type { LogEntry } from '../../../engine/log.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'

const test = suite('agent boot log')

let directory: string
test.beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bootlog-'))
})
test.afterEach(() => rmSync(directory, { recursive: true }))

const entry = (more: Partial<LogEntry>): LogEntry => ({ time: '', level: 'info', text: 'mount /x', ...more })

for (const [more, line] of [
  [{ state: 'done', ms: 12 }, '     12 ms  mount /x'],
  [{ state: 'done', ms: 123456 }, ' 123456 ms  mount /x'],
  [{ state: 'started' }, '        ... mount /x'],
  [{ state: 'progress', text: '35 %' }, '        ... 35 %'],
  [{}, '            mount /x'],
  [{ level: 'warning' }, '            warning: mount /x'],
  [
    { state: 'failed', level: 'error', ms: 8, reason: 'exit code 32\nwrong fs type' },
    '      8 ms  FAILED: mount /x\n            exit code 32\n            wrong fs type',
  ],
  [{ state: 'failed', level: 'error', ms: 8 }, '      8 ms  FAILED: mount /x'],
] as const) {
  test(`a line of the console: ${line.trim().split('\n')[0]}`, () => assert.is(bootLine(entry(more)), line))
}

test('the head of a stage has one width', () => {
  assert.is(stageLine('root').length, stageLine('network').length)
})

test('/dev/console is what the kernel says it is', () => {
  assert.is(isScreen('/dev/console', 'tty0 ttyS0\n'), false)
  assert.is(isScreen('/dev/console', 'ttyS0 tty0\n'), true)
  assert.is(isScreen('/dev/pts/3', ''), true)
  assert.is(isScreen('/dev/ttyAMA0', ''), false)
})

/** A console that keeps what it is told. */
const memory = (isScreen = false) => {
  let text = ''
  return {
    isScreen,
    text: () => text,
    write(more: string) {
      text += more
    },
    drain: async () => {},
  }
}

test('a stage on the console, in boot.log and in boot.jsonl', async () => {
  const console = memory()
  let moved = 0
  const log = openLog({ progress: () => moved++, directory: join(directory, 'run'), console })
  log.stage('root')
  const thrown = await log
    .step('root done', () => run(log, 'sh', ['-c', 'echo first; echo the last line >&2; exit 32']))
    .catch((failure: unknown) => failure)
  assert.match(String(thrown), /ended with 32/)
  assert.match(
    console.text().replace(/ +\d+ ms/g, ' N ms'),
    /^prelude: == root =+\nprelude: N ms {2}FAILED: sh -c '.*'\nprelude: {13}exit code 32\nprelude: {13}the last line\nprelude: N ms {2}FAILED: root done\n$/,
  )
  assert.is(console.text().split('the last line >&2').length, 2, 'the command is named once')
  const entries = readFileSync(join(directory, 'run/boot.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogEntry & { stage: string })
  assert.equal(
    entries.map(({ stage, state, step }) => [stage, state, step]),
    [
      ['root', 'started', 1],
      ['root', 'started', 2],
      ['root', 'failed', 2],
      ['root', 'failed', 1],
    ],
  )
  assert.is(entries[2]!.reason, 'exit code 32\nthe last line')
  assert.is(entries[3]!.reason, undefined, 'a reason is told once')
  assert.match(readFileSync(join(directory, 'run/boot.log'), 'utf8'), /^\d{4}-.*Z == root =/)
  assert.is(statSync(join(directory, 'run')).mode & 0o777, 0o700)
  for (const file of ['boot.log', 'boot.jsonl'])
    assert.is(statSync(join(directory, 'run', file)).mode & 0o777, 0o600, file)
  assert.is(moved, 4)
})

test('progress is a line now and then on a serial console, one line written over on a screen', () => {
  for (const [isScreen, shown] of [
    [false, ['3', '13']],
    [true, ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14']],
  ] as const) {
    const console = memory(isScreen)
    let now = 0
    const log = openLog({ progress: () => {}, directory, console, now: () => now })
    for (let second = 1; second <= 14; second++) {
      now = second * 1000
      log.progress(`${second} s`)
    }
    log.info('the end')
    const text = console.text()
    assert.equal(
      [...text.matchAll(/\.\.\. (\d+) s/g)].map(([, second]) => second),
      shown,
    )
    assert.is(text.includes('\n\r'), false)
    assert.is(text.split('\n').length, isScreen ? 2 : 4)
    assert.match(text, /(?:^|\n|\r)prelude: {13}the end\n$/)
  }
})

test('a console that takes nothing holds nobody up, and shows the rest when it does again', async () => {
  const fifo = join(directory, 'fifo')
  execFileSync('mkfifo', [fifo])
  const [end, mine] = [openSync(fifo, 'r+'), openSync(fifo, 'w')]
  const console = openConsole(mine)
  for (let line = 0; line < 20_000; line++) console.write(`line ${line}\n`)
  await console.drain(10)
  const reader = spawn('cat', [fifo])
  let text = ''
  reader.stdout.on('data', (chunk: Buffer) => {
    text += chunk
  })
  await until(() => text.includes('are left out here'))
  reader.kill()
  closeSync(mine)
  closeSync(end)
  assert.match(text, /^line 0\nline 1\n/)
  const left = Number(/\n(\d+) lines are left out here/.exec(text)?.[1])
  assert.is(text.match(/^line \d+$/gm)!.length + left, 20_000)
  assert.ok(left > 0)
})

test.run()
