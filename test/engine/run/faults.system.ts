import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { execute } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'
import { startSshServer } from '../connections/sshserver.ts'

const test = suite('faults')
const play = join(import.meta.dirname, '../../../bin/play')
const server = await startSshServer()
const work = mkdtempSync(join(tmpdir(), 'prelude-faults-'))
const target = join(work, 'target')

/** A host that is up, takes connections and says nothing. */
const sockets: Socket[] = []
const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
await once(silent, 'listening')
const silentPort = (silent.address() as { port: number }).port

test.after(async () => {
  for (const socket of sockets) socket.destroy()
  silent.close()
  await server.close()
  rmSync(work, { recursive: true, force: true })
})

const common = `[all:vars]
ansible_host=${server.host}
ansible_user=root
ansible_ssh_private_key_file=${join(server.directory, 'user')}
ansible_ssh_common_args='-o UserKnownHostsFile=${server.knownHosts} -o IdentityAgent=none'
`
const inventory = (hosts: readonly string[]): string => {
  writeFileSync(join(work, 'hosts'), `${hosts.join('\n')}\n${common}ansible_port=${server.port}\n`)
  return join(work, 'hosts')
}
const playbook = (tasks: string): string => {
  writeFileSync(join(work, 'site.yml'), `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`)
  return join(work, 'site.yml')
}
const run = (hosts: readonly string[], tasks: string, ...more: string[]) =>
  execute(play, ['-i', inventory(hosts), ...more, playbook(tasks)], { cwd: work })

/** A host's line of the recap, spaces apart. */
const recapOf = (output: string, host: string): string =>
  new RegExp(`^${host} .*`, 'm').exec(output)?.[0].replace(/\s+/g, ' ') ?? ''

const emptied = (): void => {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
}

test('of many hosts two hang: the rest finish, the report says which and why, a second run converges', async () => {
  emptied()
  const well = Array.from({ length: 10 }, (_, n) => `n${n}`)
  const tasks = `    - copy: {dest: "${target}/{{ inventory_hostname }}", content: whole}
    - command: sleep {{ seconds | default(0) }}
      timeout: 6
    - copy: {dest: "${target}/{{ inventory_hostname }}.end", content: whole}
`
  const ill = ['slow seconds=600', `mute ansible_port=${silentPort} ansible_timeout=1`]
  const first = await run([...well, ...ill], tasks)
  assert.is(first.code, 4)
  for (const host of well) assert.match(recapOf(first.stdout, host), 'ok=3 changed=3 unreachable=0 failed=0')
  assert.match(recapOf(first.stdout, 'slow'), /ok=1 .*failed=1/)
  assert.match(recapOf(first.stdout, 'mute'), /unreachable=1/)
  assert.match(first.stdout, 'fatal: [slow]: FAILED! => {"msg": "the task did not end within 6 s"}')
  assert.match(first.stdout, new RegExp(`cannot reach root@127\\.0\\.0\\.1:${silentPort}: .*[Tt]imed out`))
  assert.is(readdirSync(target).length, 2 * well.length + 1)
  const second = await run([...well, 'slow', 'mute'], tasks)
  assert.is(second.code, 0, second.stdout)
  assert.match(recapOf(second.stdout, 'slow'), 'ok=3 changed=2')
  for (const name of readdirSync(target)) assert.is(readFileSync(join(target, name), 'utf8'), 'whole')
}, 60_000)

test('play is killed while it copies: the old file stays, nothing else is left, a second run converges', async () => {
  emptied()
  writeFileSync(join(target, 'large'), 'old')
  writeFileSync(join(work, 'source'), '')
  truncateSync(join(work, 'source'), 400 * 2 ** 20)
  const tasks = `    - copy: {src: "${work}/source", dest: "${target}/large"}\n`
  const child = spawn(play, ['-i', inventory(['n0']), playbook(tasks)], { cwd: work, stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (readdirSync(target).length < 2 && child.exitCode === null) await setTimeout(5)
  child.kill('SIGKILL')
  assert.is((await ended)[1], 'SIGKILL')
  for (let tries = 0; readdirSync(target).length > 1 && tries < 200; tries++) await setTimeout(50)
  assert.equal(readdirSync(target), ['large'])
  assert.is(readFileSync(join(target, 'large'), 'utf8'), 'old')
  assert.is((await run(['n0'], tasks)).code, 0)
  assert.is(statSync(join(target, 'large')).size, 400 * 2 ** 20)
}, 90_000)

test('a job goes on when the connection is lost; the host is reached again', async () => {
  emptied()
  const tasks = `    - shell: sleep 2; echo done
      async: 30
      poll: 0
      register: job
    - shell: |
        process=$$
        while [ "$(cat /proc/$process/comm)" != sshd ]; do process=$(cut -d' ' -f4 /proc/$process/stat); done
        kill -KILL $process
      ignore_unreachable: true
      register: lost
    - assert: {that: lost.unreachable}
    - wait_for_connection: {timeout: 20, delay: 0}
    - meta: reset_connection
    - async_status: {jid: "{{ job.ansible_job_id }}"}
      register: found
      until: found.finished
      delay: 1
      retries: 20
    - assert: {that: found.stdout == 'done'}
    - async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}
`
  const output = await run(['n0'], tasks)
  assert.is(output.code, 0, output.stdout)
}, 60_000)

test('no space for temporary files is a failure that says so', async () => {
  emptied()
  writeFileSync(join(work, 'script.sh'), `#!/bin/sh\n${'# filled\n'.repeat(40_000)}echo ran\n`)
  const small = join(target, 'small')
  const tasks = `    - command: mount -t tmpfs -o size=64k small ${small}
    - script: script.sh
      environment: {TMPDIR: ${small}}
      register: ran
      ignore_errors: true
    - assert: {that: [ran.failed, "'No space left' in ran.stderr"]}
    - command: find ${small} -mindepth 1
      register: left
    - assert: {that: left.stdout == ''}
    - command: umount ${small}
`
  mkdirSync(small)
  const output = await run(['n0'], tasks)
  assert.is(output.code, 0, output.stdout)
}, 30_000)

test.run()
