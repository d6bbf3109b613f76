import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import { copy } from '../../../engine/modules/copy/copy.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import type { CopyParameters } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'
import { moduleHost } from './modulehost.ts'

const test = suite('copy of directories on the host')
const at = { file: 'case', line: 1, column: 1 }
const local = await openLocal()
const root = mkdtempSync(join(tmpdir(), 'prelude-copy-'))
const [source, target] = [join(root, 'source'), join(root, 'target')]

/** Both directories, empty. */
const emptied = (): void => {
  for (const directory of [source, target]) {
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory)
  }
}

test.after(async () => {
  await local.close()
  rmSync(root, { recursive: true })
})

/** Copies what the source holds; `looked` happens after each command on the host. */
const run = (more: object, looked: () => void = () => {}) => {
  const connection: Connection = {
    ...local,
    async run(...given) {
      const output = await local.run(...given)
      looked()
      return output
    },
  }
  const given = { src: `${source}/`, dest: target, remote_src: true, ...more }
  const host = moduleHost({ connection, check: false, role: '/' })
  return runModule(copy, host, readParameters(copy.schema, given, at, 'copy') as CopyParameters)
}

test('a file in whose place a link comes is kept where the task asks for it', async () => {
  emptied()
  symlinkSync('elsewhere', join(source, 'link'))
  writeFileSync(join(target, 'link'), 'own')
  assert.ok((await run({ backup: true })).changed)
  assert.is(readlinkSync(join(target, 'link')), 'elsewhere')
  const kept = readdirSync(target).filter((name) => name !== 'link')
  assert.is(kept.length, 1)
  assert.is(readFileSync(join(target, kept[0] ?? ''), 'utf8'), 'own')
})

test('nobody else looks into a directory before it has the permission bits of its source', async () => {
  emptied()
  mkdirSync(join(source, 'secret'), { mode: 0o750 })
  writeFileSync(join(source, 'secret/key'), 'x', { mode: 0o600 })
  const modes = new Set<number>()
  const look = () => {
    const found = statSync(join(target, 'secret'), { throwIfNoEntry: false })
    if (found) modes.add(found.mode & 0o777)
  }
  assert.ok((await run({}, look)).changed)
  assert.equal([...modes], [0o700, 0o750])
})

test.run()
