import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'

const test = suite('hosts at the same time')
const play = join(import.meta.dirname, '../../../bin/play')
const hosts = Array.from({ length: 8 }, (_, index) => `h${index}`).join(',')

let work: string
test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'prelude-concurrency-'))
})
test.after(() => rmSync(work, { recursive: true, force: true }))

const run = async (task: string): Promise<string> => {
  writeFileSync(
    join(work, 'play.yml'),
    `- hosts: all\n  gather_facts: false\n  vars: {at_once: 1}\n  tasks:\n    - ${task}\n`,
  )
  const output = await execute(play, ['-i', hosts, '-c', 'local', 'play.yml'], { cwd: work })
  return output.code === 0 ? 'ok' : `${output.stdout}${output.stderr}`
}

test('throttle may be a template', async () => {
  const alone = '{shell: mkdir busy && sleep 0.02 && rmdir busy, throttle: "{{ at_once }}"}'
  assert.is(await run(alone), 'ok')
})

test('many hosts may bring the same file', async () => {
  const content = 'x'.repeat(300_000)
  writeFileSync(join(work, 'source'), content)
  assert.is(await run(`fetch: {src: ${work}/source, dest: ${work}/brought, flat: true}`), 'ok')
  assert.is(readFileSync(join(work, 'brought'), 'utf8'), content)
})

test('a place on the controller that cannot be written fails the task, not the program', async () => {
  const said = await run(`fetch: {src: ${work}/source, dest: ${work}/source/brought, flat: true}`)
  assert.match(said, /cannot write .*\/source\/brought on the controller/)
  assert.match(said, /failed=1/)
})

test.run()
