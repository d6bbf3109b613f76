import { once } from 'node:events'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { moveDirectory } from '../../../agent/mkdisk/move.ts'
import { listMounts } from '../../../agent/system/mounts.ts'
import { silentLog } from '../../../engine/log.ts'
import { execute, tool } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mkdisk moved directories')

let root: string

test.beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'move-'))
  for (const directory of ['etc', 'var/log/private', 'tmp', 'system'])
    mkdirSync(join(root, directory), { recursive: true })
})
test.afterEach(async () => {
  for (const { target } of (await listMounts()).filter((mounted) => mounted.target.startsWith(`${root}/`)).reverse())
    await tool('umount', [target])
  rmSync(root, { recursive: true })
})

test('content goes along with owners, modes, links and attributes; twice is once', async () => {
  const log = join(root, 'var/log')
  writeFileSync(join(log, 'private/secret.log'), 'text', { mode: 0o640 })
  await tool('chown', ['7:8', join(log, 'private/secret.log')])
  await tool('chmod', ['2750', log])
  symlinkSync('private/secret.log', join(log, 'link'))
  const attribute = await execute('setfattr', ['-n', 'user.test', '-v', 'kept', join(log, 'private/secret.log')]).catch(
    () => undefined, // no such tool here
  )
  for (let times = 0; times < 2; times++) {
    await moveDirectory(silentLog, root, '/var/log', '/system/log')
    const moved = lstatSync(join(root, 'system/log/private/secret.log'))
    assert.equal([moved.uid, moved.gid, moved.mode & 0o7777], [7, 8, 0o640])
    assert.is(lstatSync(join(root, 'system/log')).mode & 0o7777, 0o2750)
    assert.is(readFileSync(join(log, 'link'), 'utf8'), 'text')
    assert.is((await listMounts()).filter(({ target }) => target === log).length, 1)
  }
  if (attribute?.code === 0) {
    const shown = await tool('getfattr', [
      '-n',
      'user.test',
      '--only-values',
      join(root, 'system/log/private/secret.log'),
    ])
    assert.is(shown, 'kept')
  }
  writeFileSync(join(log, 'new'), 'through the mount')
  assert.is(readFileSync(join(root, 'system/log/new'), 'utf8'), 'through the mount')
  const fstab = readFileSync(join(root, 'etc/fstab'), 'utf8')
  assert.match(fstab, '/system/log /var/log none bind,nofail,x-systemd.requires-mounts-for=/system/log 0 0')
})

test('what former boots left on the disk stays', async () => {
  mkdirSync(join(root, 'system/log'))
  writeFileSync(join(root, 'system/log/journal'), 'old boots')
  writeFileSync(join(root, 'var/log/journal'), 'of the image')
  writeFileSync(join(root, 'var/log/other'), 'of the image')
  await moveDirectory(silentLog, root, '/var/log', '/system/log')
  assert.is(readFileSync(join(root, 'var/log/journal'), 'utf8'), 'old boots')
  assert.is(readFileSync(join(root, 'var/log/other'), 'utf8'), 'of the image')
})

test('sockets, pipes and hard links go along', async () => {
  const log = join(root, 'var/log')
  const server = createServer().listen(join(log, 'socket'))
  await once(server, 'listening')
  await tool('mkfifo', [join(log, 'pipe')])
  writeFileSync(join(log, 'one'), 'text')
  linkSync(join(log, 'one'), join(log, 'two'))
  await moveDirectory(silentLog, root, '/var/log', '/system/log')
  const moved = (name: string) => lstatSync(join(root, 'system/log', name))
  assert.ok(moved('socket').isSocket() && moved('pipe').isFIFO())
  assert.is(moved('one').ino, moved('two').ino)
  server.close()
})

test('what a copy that was cut left behind is never taken for whole', async () => {
  mkdirSync(join(root, 'system/log/private'), { recursive: true })
  mkdirSync(join(root, 'system/log.mkdisk-copy/private'), { recursive: true })
  writeFileSync(join(root, 'system/log.mkdisk-copy/private/file'), 'hal')
  writeFileSync(join(root, 'system/log/private/journal'), 'of a boot before')
  writeFileSync(join(root, 'var/log/private/file'), 'half and the rest')
  await moveDirectory(silentLog, root, '/var/log', '/system/log')
  assert.is(readFileSync(join(root, 'var/log/private/file'), 'utf8'), 'half and the rest')
  assert.is(readFileSync(join(root, 'var/log/private/journal'), 'utf8'), 'of a boot before')
  assert.not.ok(existsSync(join(root, 'system/log.mkdisk-copy')))
})

test('a link on the way leads inside the root', async () => {
  rmdirSync(join(root, 'var/log/private'))
  rmdirSync(join(root, 'var/log'))
  mkdirSync(join(root, 'logs'))
  symlinkSync('/logs', join(root, 'var/log'))
  await moveDirectory(silentLog, root, '/var/log', '/system/log')
  assert.ok((await listMounts()).some(({ target }) => target === join(root, 'logs')))
})

test('the time of the directory itself goes along too', async () => {
  const log = join(root, 'var/log')
  utimesSync(log, 1000, 1000)
  await moveDirectory(silentLog, root, '/var/log', '/system/log')
  assert.is(lstatSync(join(root, 'system/log')).mtimeMs, 1_000_000)
})

test('the place may be the root of a file system', async () => {
  const disk = join(root, 'scratch')
  mkdirSync(disk)
  await tool('mount', ['-t', 'tmpfs', 'disk', disk])
  mkdirSync(join(disk, 'lost+found'))
  writeFileSync(join(root, 'tmp/file'), 'text')
  await moveDirectory(silentLog, root, '/tmp', '/scratch')
  assert.is(readFileSync(join(disk, 'file'), 'utf8'), 'text')
  assert.equal(readdirSync(join(root, 'tmp')).sort(), ['file', 'lost+found'])
})

test('/tmp keeps its sticky bit', async () => {
  await tool('chmod', ['1777', join(root, 'tmp')])
  await moveDirectory(silentLog, root, '/tmp', '/system/tmp')
  assert.is(lstatSync(join(root, 'tmp')).mode & 0o7777, 0o1777)
})

test.run()
