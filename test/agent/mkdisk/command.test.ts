import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { mkdiskCommand } from '../../../agent/mkdisk/command.ts'
import { wantedKeys } from '../../../agent/stages/mkdisk.ts'
import type { BootManifest } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mkdisk command')

let root: string
test.before(() => {
  root = mkdtempSync(join(tmpdir(), 'mkdisk-'))
  mkdirSync(join(root, 'etc/mkdisk/profiles.d'), { recursive: true })
})
test.after(() => rmSync(root, { recursive: true }))

/** Runs the command and returns its exit code and what it wrote. */
const mkdisk = async (args: readonly string[]) => {
  const streams = [process.stdout, process.stderr]
  const writes = streams.map((stream) => stream.write)
  let said = ''
  for (const stream of streams)
    stream.write = (chunk: string | Uint8Array) => {
      said += chunk
      return true
    }
  try {
    const code = await mkdiskCommand(args)
    return { code, said }
  } finally {
    for (const [index, stream] of streams.entries()) stream.write = writes[index]!
  }
}

for (const [args, code, said] of [
  [['--help'], 0, /usage: mkdisk/],
  [['-r', '-c'], 2, /usage: mkdisk/],
  [['--keys', '/keys', '--secrets', 'server:/keys'], 2, /usage: mkdisk/],
  [['--plan', 'more'], 2, /usage: mkdisk/],
  [['--root', '/nowhere'], 1, /error: there is no \/etc\/mkdisk\/mkdisk.conf in \/nowhere\n.*--profile FILE/],
  [['--profile', 'none', '--plan'], 1, /error: there is no mkdisk profile \/etc\/mkdisk\/profiles.d\/none\n/],
] as const)
  test(`mkdisk ${args.join(' ')} ends with ${code}`, async () => {
    const ended = await mkdisk(args)
    assert.is(ended.code, code, ended.said)
    assert.match(ended.said, said)
  })

const keysOf = (mkdisk?: BootManifest['mkdisk']) =>
  wantedKeys({ manifest: { ...(mkdisk && { mkdisk }) } as BootManifest, newRoot: root })

test('keys stay for mkdisk whoever wrote the profile; a path of the root is none', async () => {
  const volume = (key: string) =>
    `{set: all, level: single, filesystem: ext4, mount: /${key.replace('/', '')}, key: ${key}}`
  const profile = `sets: {all: {count: 1}}\nvolumes: {one: ${volume('one')}, two: ${volume('/two')}}\n`.replace(
    'one, key',
    'one, size: 1G, key',
  )
  assert.equal(await keysOf(), [])
  writeFileSync(join(root, 'etc/mkdisk/profiles.d/node.yml'), profile)
  assert.equal(await keysOf({ profile: 'node' }), ['one'])
  writeFileSync(join(root, 'etc/mkdisk/mkdisk.conf'), 'MKDISK_PROFILE=node\n')
  assert.equal(await keysOf(), ['one'])
  writeFileSync(join(root, 'etc/mkdisk/profiles.d/node.yml'), 'sets: nonsense\n')
  assert.equal(await keysOf(), [])
})

test.run()
