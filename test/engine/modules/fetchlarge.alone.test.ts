import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openLocal } from '../../../engine/connections/local.ts'
import { fetch } from '../../../engine/modules/fetch/fetch.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import type { FetchParameters } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'
import { moduleHost } from './modulehost.ts'

const test = suite('fetch of large files')
const directory = mkdtempSync(join(tmpdir(), 'prelude-fetch-'))
const local = await openLocal()
const [src, dest] = [join(directory, 'large'), join(directory, 'here/large')]
const mebibyte = 2 ** 20
const at = { file: 'case', line: 1, column: 1 }

test.after(async () => {
  await local.close()
  rmSync(directory, { recursive: true })
})

/** Fetches; `meanwhile` happens when the first piece has come. */
const run = async (meanwhile: () => void = () => {}, check = false) => {
  let pieces = 0
  const host = moduleHost({ connection: local, check, role: '/' })
  const watched = {
    ...host,
    async run(...given: Parameters<typeof host.run>) {
      const output = await host.run(...given)
      assert.ok(output.stdout.length <= 4 * mebibyte, 'a round trip brings a piece')
      if (pieces++ === 0) meanwhile()
      return output
    },
  }
  const given = readParameters(fetch.schema, { src, dest, flat: true }, at, 'fetch') as FetchParameters
  return { ...(await runModule(fetch, watched, given)), pieces }
}

const digest = (program: string, path: string) => execFileSync(program, [path]).toString().split(' ')[0]

test('come in pieces, and not into memory', async () => {
  writeFileSync(src, 'begin\0\n')
  truncateSync(src, 64 * mebibyte)
  appendFileSync(src, '\nend')
  const tried = await run(undefined, true)
  assert.equal([tried.changed, tried.pieces], [true, 0])
  const before = process.resourceUsage().maxRSS
  const { result, pieces } = await run()
  const kibibytes = process.resourceUsage().maxRSS - before
  assert.ok(kibibytes < 32 * 1024, `${kibibytes} KiB`)
  assert.is(pieces, 17)
  assert.is(digest('sha1sum', dest), digest('sha1sum', src))
  assert.is(result['checksum'], digest('sha1sum', src))
  assert.is(result['md5sum'], digest('md5sum', src))
  const again = await run()
  assert.equal([again.changed, again.pieces], [false, 0])
  assert.is(again.result['md5sum'], result['md5sum'])
})

test('that become longer meanwhile come as they were', async () => {
  writeFileSync(dest, 'former')
  truncateSync(src, 20 * mebibyte)
  const { result } = await run(() => appendFileSync(src, 'x'.repeat(10 * mebibyte)))
  assert.is(result.failed, undefined, String(result.msg))
  assert.is(statSync(dest).size, 20 * mebibyte)
})

test('that become shorter meanwhile leave what was there', async () => {
  writeFileSync(dest, 'former')
  const { result, changed } = await run(() => truncateSync(src, 5 * mebibyte))
  assert.equal([result.failed, changed], [true, false])
  assert.match(String(result.msg), 'changed while it was fetched')
  assert.is(readFileSync(dest, 'utf8'), 'former')
  assert.equal(readdirSync(join(directory, 'here')), ['large'])
})

test('that cannot be read say why', async () => {
  truncateSync(src, 20 * mebibyte)
  const { result } = await run(() => rmSync(src))
  assert.match(String(result.msg), /cannot read .*large: .*No such file/s)
})

test.run()
