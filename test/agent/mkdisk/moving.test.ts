import { mkdtempSync, rmSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { whileDisksMove } from '../../../agent/mkdisk/moving.ts'
import { writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'

const test = suite('mkdisk on slow disks')

const blocks = mkdtempSync(join(tmpdir(), 'prelude-blocks-'))
test.after(() => rmSync(blocks, { recursive: true }))

/** The counters of a disk as the kernel shows them. */
const stat = (writes: number, sectors: number) => `  7 0 56 1 ${writes} 0 ${sectors} 9 0 4 10 0 0 0 0 2 1\n`

/** The counters change at once, as the kernel's do. */
const change = async (disk: string, text: string): Promise<void> => {
  await writeFile(join(blocks, 'next'), text)
  await rename(join(blocks, 'next'), join(blocks, disk, 'stat'))
}

/** Works until it is let, and gives what was told meanwhile. */
const tell = async (work: (said: readonly string[]) => Promise<void>): Promise<readonly string[]> => {
  const said: string[] = []
  const log = { progress: (text: string) => said.push(text) }
  await whileDisksMove(log, () => work(said), { blocks, interval: 5 })
  return said
}

test('what a slow disk has written is told while it writes; arrays on it do not count again', async () => {
  await writeFiles(blocks, { 'sda/stat': stat(10, 100), 'md0/stat': stat(10, 100) })
  const said = await tell(async (told) => {
    await change('md0', stat(900, 900_000))
    await change('sda', stat(11, 100 + 4096))
    await until(() => told.length > 0)
    await change('sda', stat(12, 100 + 8192))
    await until(() => told.length > 1)
  })
  assert.equal(said, ['2.0 MiB written so far', '4.0 MiB written so far'])
})

test('a disk that hangs makes no progress, and one that is pulled is no failure', async () => {
  const said = await tell(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    rmSync(join(blocks, 'md0'), { recursive: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
  })
  assert.equal(said, [])
})

test('what the work fails with is told', async () => {
  const failed = tell(() => Promise.reject(new Error('no space')))
  assert.match(String(await failed.catch((thrown: unknown) => thrown)), 'no space')
})

test.run()
