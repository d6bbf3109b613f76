import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { accountsBusybox } from './accountsbusybox.ts'
import { openBusyboxRoot } from './busyboxroot.ts'
import { tasksOn } from './busyboxtasks.ts'

const test = suite('accounts of busybox')
const root = openBusyboxRoot()
const { converges, failureOf } = tasksOn(root.connection)
const text = (path: string) => readFileSync(join(root.directory, path), 'utf8')
const line = (file: string, name: string) =>
  text(file)
    .split('\n')
    .find((one) => one.startsWith(`${name}:`)) ?? ''

const hash = '$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.'
const all = async () => {
  copyFileSync(await accountsBusybox(), join(root.directory, 'bin/accounts'))
  for (const name of ['adduser', 'addgroup', 'deluser', 'delgroup', 'passwd', 'chpasswd']) {
    rmSync(join(root.directory, 'usr/sbin', name), { force: true })
    symlinkSync('/bin/accounts', join(root.directory, 'usr/sbin', name))
  }
  mkdirSync(join(root.directory, 'etc/skel'))
  writeFileSync(join(root.directory, 'etc/skel/.profile'), 'umask 027\n')

  await converges('group', { name: 'hpc', gid: 4000 })
  await converges('group', { name: 'munge', system: true })
  assert.is(line('etc/group', 'hpc'), 'hpc:x:4000:')
  assert.match(line('etc/group', 'munge'), /^munge:x:[1-9]\d\d:$/)
  assert.match(await failureOf('group', { name: 'hpc', gid: 4001 }), 'the host has no groupmod')
  assert.match(await failureOf('group', { name: 'more', gid_min: 5000 }), 'the host has no groupadd')

  const alice = {
    name: 'alice',
    uid: 4001,
    group: 'hpc',
    comment: 'Alice A.',
    groups: ['users', 'tty'],
    password: hash,
  }
  await converges('user', alice)
  assert.is(line('etc/passwd', 'alice'), 'alice:x:4001:4000:Alice A.:/home/alice:/bin/sh')
  assert.ok(line('etc/shadow', 'alice').startsWith(`alice:${hash}:`))
  assert.equal([line('etc/group', 'users'), line('etc/group', 'tty')], ['users:x:100:alice', 'tty:x:5:alice'])
  assert.is(text('home/alice/.profile'), 'umask 027\n')
  assert.is(statSync(join(root.directory, 'home/alice/.profile')).uid, 4001)

  await converges('user', { name: 'alice', groups: ['daemon'] })
  assert.equal([line('etc/group', 'users'), line('etc/group', 'daemon')], ['users:x:100:', 'daemon:x:1:alice'])
  await converges('user', { name: 'alice', groups: ['tty'], append: true })
  await converges('user', { name: 'alice', password_lock: true })
  assert.ok(line('etc/shadow', 'alice').startsWith(`alice:!${hash}:`))
  await converges('user', { name: 'alice', password_lock: false })
  await converges('user', { name: 'slurm', system: true, create_home: false, home: '/var/lib/slurm' })
  assert.match(line('etc/passwd', 'slurm'), /^slurm:x:[1-9]\d\d:65534:.*:\/var\/lib\/slurm:\/bin\/false$/)
  await converges('user', { name: 'users', uid: 4003 })
  assert.is(line('etc/passwd', 'users'), 'users:x:4003:100::/home/users:/bin/sh')

  const before = text('etc/passwd')
  assert.match(await failureOf('user', { name: 'alice', shell: '/bin/ash', groups: [] }), 'the host has no usermod')
  assert.match(
    await failureOf('user', { name: 'bob', expires: 1e9, password_expire_max: 90 }),
    /no useradd, and the adduser of busybox knows no expires, password_expire_max .*install what brings useradd/,
  )
  assert.is(text('etc/passwd'), before)
  assert.is(line('etc/group', 'tty'), 'tty:x:5:alice')

  await converges('user', { name: 'alice', state: 'absent', remove: true })
  assert.not.ok(existsSync(join(root.directory, 'home/alice')))
  assert.match(await failureOf('group', { name: 'users', state: 'absent' }), "'users' still has 'users'")
  await converges('group', { name: 'hpc', state: 'absent' })
  assert.is(line('etc/group', 'hpc'), '')
}

const name = 'accounts are made, changed and removed; what these programs cannot do is refused'
if (existsSync('/usr/bin/gcc')) test(name, all, 300_000)
else test.skip(name, 'there is no C compiler to build such a busybox with')

test.after(() => root.close())
test.run()
