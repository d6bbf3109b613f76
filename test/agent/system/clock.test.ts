import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { isBelievable, isWrong, setClock } from '../../../agent/system/clock.ts'
import { createLog } from '../../../engine/log.ts'
import { suite } from '../../suite.ts'

const test = suite('agent clock')

const made = new Date('2026-03-01T00:00:00Z')

for (const [time, believed] of [
  ['2026-02-28T12:00:00Z', true],
  ['2026-02-27T00:00:00Z', false],
  ['1970-01-01T00:00:00Z', false],
  ['2040-06-01T00:00:00Z', true],
  ['2047-01-01T00:00:00Z', false],
  ['never', false],
] as const) {
  test(`the time ${time} of a manifest is ${believed ? '' : 'not '}believed by an agent of ${made.toISOString()}`, () =>
    assert.is(isBelievable(new Date(time), made), believed))
}

test('a clock behind the manifest is wrong, one that is ahead of it only from an hour on', () => {
  const after = (seconds: number) => new Date(made.getTime() + seconds * 1000)
  assert.equal(
    [-86_400, -120, -30, 0, 3_500, 3_700].map((seconds) => isWrong(after(seconds), made)),
    [true, true, false, false, false, true],
  )
})

test('a time that cannot be is told and not taken', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'clock-'))
  try {
    const program = join(directory, 'agent')
    await writeFile(program, '')
    await utimes(program, made, made)
    const lines: string[] = []
    const before = Date.now()
    await setClock(
      '1999-01-01T00:00:00Z',
      createLog(({ level, text }) => lines.push(`${level} ${text}`)),
      program,
    )
    assert.is(lines.length, 1)
    assert.match(
      lines[0]!,
      /^warning .*the provisioner 1999-01-01T00:00:00Z, which cannot be: this agent is of 2026-03-01/,
    )
    assert.ok(Math.abs(Date.now() - before) < 60_000)
  } finally {
    await rm(directory, { recursive: true })
  }
})

test.run()
