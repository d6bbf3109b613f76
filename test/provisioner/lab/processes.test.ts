import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { endProcesses, isRunning, ownLine, processOf } from '../../../provisioner/lab/processes.ts'
import { suite } from '../../suite.ts'

const test = suite('lab processes')

const directory = mkdtempSync(join(tmpdir(), 'prelude-processes-'))
const started: ChildProcess[] = []
test.after(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

const start = async (script: string, ...args: string[]): Promise<number> => {
  const child = spawn('sh', ['-c', `${script}; echo ready; while :; do read -r line; done`, 'sh', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  started.push(child)
  await once(child.stdout, 'data')
  return child.pid ?? 0
}

test('a process that asks for it is killed, one that listens just ends', async () => {
  const pids = [await start('trap "" TERM'), await start(':')]
  assert.ok(pids.every(isRunning))
  await endProcesses(pids, 300)
  assert.not.ok(pids.some(isRunning))
})

test('a pid file names a process of the directory only', async () => {
  const pidfile = join(directory, 'a.pid')
  const [own, stranger] = [await start(':', `${directory}/disk.img`), await start(':', `${directory}-other/disk.img`)]
  writeFileSync(pidfile, `${own}\n`)
  assert.is(processOf(pidfile, directory), own)
  writeFileSync(pidfile, `${stranger}\n`)
  assert.is(processOf(pidfile, directory), undefined)
  for (const text of ['', 'x', '0', '-1', '999999999']) {
    writeFileSync(pidfile, text)
    assert.is(processOf(pidfile, directory), undefined, text)
  }
  assert.is(processOf(join(directory, 'absent.pid'), directory), undefined)
})

test('the own line leads from this process to the first', () => {
  const line = ownLine()
  assert.is(line[0], process.pid)
  assert.is(line[1], process.ppid)
  assert.is(line.at(-1), 1)
})

test.run()
