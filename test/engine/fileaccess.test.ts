import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { createFileAccess, createReader, pooled } from '../../engine/fileaccess.ts'
import { tool } from '../../engine/process.ts'
import { suite } from '../suite.ts'

const test = suite('file access')
const directory = mkdtempSync(join(tmpdir(), 'prelude-access-'))

test.after(() => rm(directory, { recursive: true }))

test('what a program or a server answers for is asked in the thread pool', async () => {
  const accessTo = createFileAccess()
  const device = (path: string) => statSync(path, { bigint: true }).dev
  assert.is(await accessTo('/proc', device('/proc')), pooled)
  assert.is(await accessTo('/sys', device('/sys')), pooled)
  assert.is(await accessTo(join(directory, 'missing'), 0n), pooled)
})

test('what has no end holds nobody else', async () => {
  const fifo = join(directory, 'fifo')
  await tool('mkfifo', [fifo])
  const reading = createReader()(fifo)
  await setImmediate() // would never come
  const writer = await open(fifo, 'w')
  await writer.write('said')
  await writer.close()
  assert.is(String(await reading), 'said')
})

test('files are read whole, also those that tell no size', async () => {
  const read = createReader()
  writeFileSync(join(directory, 'small'), 'small')
  writeFileSync(join(directory, 'large'), Buffer.alloc(3 << 20, 'l'))
  assert.is(String(await read(join(directory, 'small'))), 'small')
  assert.is((await read(join(directory, 'large'))).length, 3 << 20)
  assert.match(String(await read('/proc/self/status')), /^Name:/)
})

test.run()
