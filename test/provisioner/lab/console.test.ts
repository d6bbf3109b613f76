import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import * as assert from 'uvu/assert'
import { execute } from '../../../engine/process.ts'
import { labConsole } from '../../../provisioner/lab/console.ts'
import { parseLastLine, rotateLog, tail, withConsoleLog } from '../../../provisioner/lab/console-log.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'

const test = suite('lab console')

const directory = mkdtempSync(join(tmpdir(), 'prelude-console-'))
test.after(() => rmSync(directory, { recursive: true }))

test('each line of a console gets its time in UTC, whatever the zone of the host', async () => {
  const log = join(directory, 'times.log')
  const text = 'one\r\n  two  \\n %s\n\nlast'
  const words = withConsoleLog(log, ['sh', '-c', 'printf %s "$1" >&9; echo out', 'sh', text])
  const [file = '', ...args] = words
  const start = Date.now()
  const { code, stdout } = await execute(file, args, { env: { ...process.env, TZ: 'America/New_York' } })
  assert.equal([code, stdout], [0, 'out\n'])
  await until(() => readFileSync(log, 'utf8').includes('last\n'))
  const lines = readFileSync(log, 'utf8').split('\n')
  assert.equal(
    lines.map((line) => line.replace(/^\S+Z /, '')),
    ['one', '  two  \\n %s', '', 'last', ''],
  )
  const time = Date.parse((lines[0] ?? '').split(' ')[0] ?? '')
  assert.ok(time >= start - 1 && time <= Date.now(), lines[0])
})

test('a command that fails gives its exit code', async () => {
  const [file = '', ...args] = withConsoleLog(join(directory, 'code.log'), ['sh', '-c', 'exit 7'])
  assert.is((await execute(file, args)).code, 7)
})

test('logs of former boots are kept, the oldest goes', () => {
  const log = join(directory, 'n01.log')
  for (const boot of [1, 2, 3, 4, 5, 6]) {
    rotateLog(log)
    writeFileSync(log, `boot ${boot}`)
  }
  assert.equal(
    [log, `${log}.1`, `${log}.4`].map((file) => readFileSync(file, 'utf8')),
    ['boot 6', 'boot 5', 'boot 2'],
  )
  assert.not.ok(existsSync(`${log}.5`))
})

test('the last line that shows something is found', () => {
  const log = [
    '2026-01-02T03:04:05.678Z \x1bc\x1b[?7l\x1b[2J\x1b[0mSeaBIOS (version 1.16)',
    '2026-01-02T03:04:06.000Z \x1b[0m',
    '2026-01-02T03:04:07.000Z ',
    'torn',
  ]
  assert.equal(parseLastLine(log.join('\n')), { time: '2026-01-02T03:04:05.678Z', text: 'SeaBIOS (version 1.16)' })
  assert.is(parseLastLine(''), undefined)
})

test('the tail of a file starts with a whole line', () => {
  const file = join(directory, 'tail.log')
  writeFileSync(file, 'first\nsecond\nthird\n')
  assert.is(tail(file, 10), 'third\n')
  assert.is(tail(file, 1_000), 'first\nsecond\nthird\n')
  assert.is(tail(join(directory, 'absent'), 10), '')
})

test('a console is followed from one boot to the next', async () => {
  const lab = join(directory, 'lab')
  mkdirSync(join(lab, 'consoles'), { recursive: true })
  writeFileSync(join(lab, 'lab.json'), JSON.stringify({ name: 'x', nodes: [{ name: 'n01', nics: [] }] }))
  const log = join(lab, 'consoles/n01.log')
  writeFileSync(log, 'first boot\n')
  let shown = ''
  const output = new Writable({
    write(chunk, _, done) {
      shown += chunk
      done()
    },
  })
  const end = new AbortController()
  const session = labConsole(lab, 'n01', { output, signal: end.signal })
  await until(() => shown === 'first boot\n')
  rotateLog(log)
  writeFileSync(log, 'second boot\n')
  await until(() => shown === 'first boot\nsecond boot\n')
  end.abort()
  await session
})

test.run()
