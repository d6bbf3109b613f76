import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { sh } from '../../../engine/command.ts'
import { openImage } from '../../../engine/connections/image.ts'
import { openSsh } from '../../../engine/connections/ssh.ts'
import { collectFacts } from '../../../engine/facts/collect.ts'
import { findModule } from '../../../engine/modules/registry.ts'
import { toPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import { site } from '../commands/play.ts'
import { startSshServer } from '../connections/sshserver.ts'
import { openBusyboxRoot } from './busyboxroot.ts'
import { tasksOn } from './busyboxtasks.ts'
import { type Case, casesOf, checkCase } from './cases.ts'
import { startWebServer } from './webserver.ts'

const at = { file: 'case', line: 1, column: 1 }

const options = (program: string) => `${program}: unrecognized option`
const secretly = 'the wget of busybox would show names, passwords, headers and queries.*install curl'
const noGetent = 'the host has no getent'

/**
 * Modules whose cases are run, and those of their cases that need more than busybox (that of Debian): what their failure
 * says then. null: the case hides a program by its PATH, which busybox does not look at, or has prepared what another tar packs,
 * or asks what only file(1) knows.
 */
const modules: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  command: {},
  shell: { 'another shell': 'non-zero return code' },
  script: { 'with another program': 'non-zero return code' },
  copy: {},
  template: {},
  file: {},
  stat: {
    'the kind of a content': null,
    "the kind of an empty file's content": null,
    'the kind of a directory': null,
    'the kind of a link to an empty file': null,
  },
  slurp: {},
  fetch: {},
  lineinfile: {},
  blockinfile: {},
  replace: {},
  find: {},
  tempfile: {},
  assemble: {},
  ini_file: {},
  json_patch: {},
  known_hosts: {},
  htpasswd: {},
  pam_limits: {},
  yum_repository: {},
  unarchive: {
    'packed by zstd': 'the host has no zstd to unpack',
    'newer files stay': options('tar'),
    'leaves names out': options('tar'),
    'no archive at all': 'cannot unpack .*/x: tar: ',
    'the program that is needed is missing': null,
  },
  archive: {
    'other formats: xz, of a pattern, less some': 'cannot make .*/out.txz: the xz of busybox only unpacks .*install',
    'zip, without some names': 'the host has no zip',
    'an old archive that says the same is left alone': null,
  },
  getent: {
    'reads one entry': noGetent,
    'reads a whole database': noGetent,
    'asks one source, splits by a text': noGetent,
    'goes on without an entry when it is told so': noGetent,
    'fails without an entry': noGetent,
    'fails without a database': noGetent,
  },
  get_url: {
    'into a directory, under its own name': secretly,
    'the checksum from a list': 'cannot get the list of checksums .*: curl is not installed',
    'name and password': secretly,
    'by wget where there is no curl': secretly,
    headers: secretly,
    'nobody answers': 'cannot get .*: wget: .*Connection refused',
    'neither curl nor wget': null,
  },
}

const root = openBusyboxRoot()
const words = await startWebServer()

for (const [name, needing] of Object.entries(modules)) {
  const test = suite(`busybox/${name}`)
  // What find cannot tell is asked a second time, so round trips are not counted.
  for (const { trips: _, ...one } of casesOf(name, words)) {
    const failure = needing[one.name]
    if (failure === null) continue
    const here: Case = failure === undefined ? one : { ...one, fails: failure }
    test(one.name, () => checkCase(findModule(name, at), here, root.connection))
  }
  test.after(() => root.connection.close())
  test.run()
}

const test = suite('busybox')

const { run, failureOf, converges } = tasksOn(root.connection)

const text = (path: string) => readFileSync(join(root.directory, path), 'utf8')

test('raw runs a line', async () => {
  const { result } = await run('raw', { command: 'echo "$0"; busybox | head -n1' })
  assert.match(String(result.stdout), /BusyBox v1/)
})

test('an authorized key', async () => {
  await converges('authorized_key', { user: 'root', key: 'ssh-rsa AAAAB3Nza one' })
  assert.is(text('root/.ssh/authorized_keys'), 'ssh-rsa AAAAB3Nza one\n')
  assert.match(await failureOf('authorized_key', { user: 'nobody2', key: 'ssh-rsa AAAAB3Nza one' }), 'no user')
})

test('a job of cron', async () => {
  mkdirSync(join(root.directory, 'var/spool/cron/crontabs'), { recursive: true })
  await converges('cron', { name: 'one', hour: '3', job: 'true' })
  assert.is(text('var/spool/cron/crontabs/root'), '#Ansible: one\n* 3 * * * true\n')
  mkdirSync(join(root.directory, 'etc/cron.d'), { recursive: true })
  await converges('cron', { name: 'one', hour: '3', job: 'true', user: 'root', cron_file: 'x' })
})

test('the name of the host', async () => {
  await converges('hostname', { name: 'n01' }, { is_chroot: true })
  assert.is(text('etc/hostname'), 'n01\n')
})

test('names of users and groups are looked up in the files of /etc', async () => {
  await converges('file', {
    path: '/root/owned',
    state: 'touch',
    access_time: 'preserve',
    modification_time: 'preserve',
  })
  await converges('file', { path: '/root/owned', owner: 'daemon', group: 'users', mode: 'g+w' })
  assert.match(await failureOf('file', { path: '/root/owned', group: 'none' }), "the host has no group 'none'")
  const { result } = await run('command', { cmd: 'echo ~root/x ~nobody $HOME' })
  assert.is(result.stdout, '/root/x / /root')
})

test('without programs for accounts the failure names them', async () => {
  assert.match(await failureOf('group', { name: 'hpc', gid: 4000 }), 'the host has no groupadd')
  assert.match(await failureOf('user', { name: 'alice' }), 'the host has no useradd')
  assert.match(await failureOf('user', { name: 'nobody', shell: '/bin/sh' }), 'the host has no usermod')
  // What is so already needs no program.
  assert.is((await run('group', { name: 'users', gid: 100 })).changed, false)
  assert.is((await run('user', { name: 'nobody', uid: 65534, state: 'present', create_home: false })).changed, false)
})

test('a service is a script of /etc/init.d, or there is none', async () => {
  assert.match(await failureOf('service', { name: 'sshd', state: 'started' }), 'Could not find the requested service')
  mkdirSync(join(root.directory, 'etc/init.d'), { recursive: true })
  const script = `#!/bin/sh
case $1 in start) : >/run/demo;; stop) rm /run/demo;; status) [ -e /run/demo ];; esac
`
  writeFileSync(join(root.directory, 'etc/init.d/demo'), script, { mode: 0o755 })
  await converges('service', { name: 'demo', state: 'started' })
  await converges('service', { name: 'demo', state: 'stopped' })
  assert.match(await failureOf('service', { name: 'demo', enabled: true }), 'rc-update')
  assert.match(await failureOf('systemd', { name: 'demo', state: 'started' }), 'there is no systemctl')
})

test('packages of another system are refused', async () => {
  assert.match(await failureOf('apt', { name: 'vim' }), 'no apt-get')
  assert.match(await failureOf('dnf', { name: 'vim' }), 'no rpm')
})

test('a port is waited for', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-demo\r\n'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  try {
    const waits = { host: '127.0.0.1', port, timeout: 5, sleep: 0 }
    assert.is((await run('wait_for', waits)).result.state, 'started')
    const { result } = await run('wait_for', { ...waits, search_regex: 'SSH-(\\S+)-demo' })
    assert.equal(result['match_groups'], ['2.0'])
    assert.match(String((await run('wait_for', { ...waits, state: 'stopped', timeout: 0 })).result.msg), 'Timeout')
    const drained = { ...waits, state: 'drained', active_connection_states: ['ESTABLISHED'] }
    assert.is((await run('wait_for', drained)).result.failed, undefined)
    assert.match(await failureOf('wait_for', { ...drained, host: 'localhost' }), noGetent)
  } finally {
    server.close()
  }
  assert.is((await run('wait_for', { host: '127.0.0.1', port, state: 'stopped', timeout: 5 })).result.failed, undefined)
})

test('facts have their usual names and shapes', async () => {
  const facts = await collectFacts(root.connection, 'all')
  const plain = Object.fromEntries([...facts].map(([name, value]) => [name, toPlain(value)]))
  const uname = (flag: string) => execFileSync('uname', [flag], { encoding: 'utf8' }).trim()
  const expected = {
    distribution: 'Alpine',
    distribution_version: '3.18.4',
    distribution_major_version: '3',
    os_family: 'Alpine',
    system: 'Linux',
    kernel: uname('-r'),
    machine: uname('-m'),
    nodename: uname('-n'),
    userspace_bits: '64',
    user_id: 'root',
    user_dir: '/root',
    user_shell: '/bin/sh',
    user_uid: 0,
    is_chroot: true,
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(plain[name], value, name)
  assert.type(plain['memtotal_mb'], 'number')
  assert.ok((plain['processor_vcpus'] as number) > 0)
  assert.ok((plain['interfaces'] as string[]).includes('lo'))
  assert.match((plain['date_time'] as Record<string, string>)['iso8601'] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
})

test('an image of busybox is worked on', async () => {
  const connection = await openImage({ root: root.directory })
  const image = tasksOn(connection)
  try {
    await image.converges('copy', { dest: '/etc/motd', content: 'hello\n', mode: '0640' })
    await image.converges('lineinfile', { path: '/etc/motd', line: 'world' })
    await image.converges('file', { path: '/srv/a/b', state: 'directory', recurse: true, mode: '0750' })
    await image.converges('file', { path: '/etc/link', src: 'motd', state: 'link' })
    const { result } = await image.run('find', { paths: '/etc', patterns: 'mo*', get_checksum: true })
    assert.equal(
      (result['files'] as { path: string }[]).map(({ path }) => path),
      ['/etc/motd'],
    )
    const facts = await collectFacts(connection, new Set(['distribution', 'is_chroot']))
    assert.equal([facts.get('distribution'), facts.get('is_chroot')], ['Alpine', true])
  } finally {
    await connection.close()
  }
  assert.is(text('etc/motd'), 'hello\nworld\n')
})

const playbook = `- hosts: all
  tasks:
    - template: {src: system.j2, dest: /etc/system}
    - shell: sleep 1; echo done
      async: 20
      poll: 1
      register: job
    - command: sleep 1
      async: 20
      poll: 0
      register: started
    - async_status: {jid: "{{ started.ansible_job_id }}"}
      register: status
      until: status.finished | bool
      retries: 20
      delay: 0.5
    - async_status: {jid: "{{ started.ansible_job_id }}", mode: cleanup}
    - command: sleep 600
      timeout: 1
      ignore_errors: true
      register: late
    - command: id -un
      become: true
      become_user: nobody
      become_method: su
      register: who
    - copy: {src: large, dest: /root/large}
    - stat: {path: /root/large}
      register: large
    - assert:
        that:
          - job.stdout == 'done'
          - late.msg is search('did not end within 1 s')
          - who.stdout == 'nobody'
          - large.stat.size == 1000000
`

test('a play over ssh: facts, jobs in the background, another user, a time limit, a large file', async () => {
  const server = await startSshServer()
  const options = `-o UserKnownHostsFile=${server.knownHosts} -o IdentityAgent=none`
  const { host, port } = server
  const privateKeyFile = join(server.directory, 'user')
  const connection = await openSsh({ host, port, user: 'root', privateKeyFile, sshArguments: options })
  const files = {
    hosts: `n01 ansible_host=${host} ansible_port=${port} ansible_user=bare ansible_ssh_private_key_file=${privateKeyFile} ansible_ssh_common_args='${options}'\n`,
    'site.yml': playbook,
    'system.j2': '{{ ansible_distribution }} {{ ansible_user_id }}\n',
    large: 'x'.repeat(1_000_000),
  }
  try {
    const made =
      await connection.run(sh`mount --bind ${root.directory} /run/bare && cd /run/bare && mount -t proc proc proc &&
      mount --rbind /dev dev && sed -i '/^nobody/s,/sbin/nologin,/bin/sh,' etc/passwd`)
    assert.is(made.code, 0, made.stderr.toString())
    const { code, stdout, stderr } = await site(files, ({ play }) => play('-i', 'hosts', 'site.yml'))
    assert.is(code, 0, `${stdout}${stderr}`)
  } finally {
    await connection.close()
    await server.close()
  }
  assert.is(text('etc/system'), 'Alpine root\n')
}, 60_000)

test.after(() => root.close())
test.run()
