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
import { execute, tool } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'
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

test('of 100 hosts two hang: the rest finish, the report says which and why, a second run converges', async () => {
  emptied()
  const well = Array.from({ length: 98 }, (_, n) => `n${n}`)
  const tasks = `    - copy: {dest: "${target}/{{ inventory_hostname }}", content: whole}
    - command: sleep {{ seconds | default(0) }}
      timeout: 6
    - copy: {dest: "${target}/{{ inventory_hostname }}.end", content: whole}
`
  const ill = ['slow seconds=600', `mute ansible_port=${silentPort} ansible_timeout=1`]
  const first = await run([...well, ...ill], tasks, '-f', '20')
  assert.is(first.code, 4)
  for (const host of well) assert.match(recapOf(first.stdout, host), 'ok=3 changed=3 unreachable=0 failed=0')
  assert.match(recapOf(first.stdout, 'slow'), /ok=1 .*failed=1/)
  assert.match(recapOf(first.stdout, 'mute'), /unreachable=1/)
  assert.match(first.stdout, 'fatal: [slow]: FAILED! => {"changed": false, "msg": "the task did not end within 6 s"}')
  assert.match(first.stdout, new RegExp(`cannot reach root@127\\.0\\.0\\.1:${silentPort}: .*[Tt]imed out`))
  assert.is(readdirSync(target).length, 2 * well.length + 1)
  const second = await run([...well, 'slow', 'mute'], tasks, '-f', '20')
  assert.is(second.code, 0, second.stdout)
  assert.match(recapOf(second.stdout, 'slow'), 'ok=3 changed=2')
  for (const name of readdirSync(target)) assert.is(readFileSync(join(target, name), 'utf8'), 'whole')
}, 120_000)

/** An old file on the host, and the task that replaces it by one of 400 MiB. */
const largeCopy = (): string => {
  emptied()
  writeFileSync(join(target, 'large'), 'old')
  writeFileSync(join(work, 'source'), '')
  truncateSync(join(work, 'source'), 400 * 2 ** 20)
  return `    - copy: {src: "${work}/source", dest: "${target}/large"}\n`
}

/** After the copy was cut off: the old file alone is there, and a second run replaces it. */
const convergesToLarge = async (tasks: string): Promise<void> => {
  await until(() => readdirSync(target).length <= 1)
  assert.equal(readdirSync(target), ['large'])
  assert.is(readFileSync(join(target, 'large'), 'utf8'), 'old')
  assert.is((await run(['n0'], tasks)).code, 0)
  assert.is(statSync(join(target, 'large')).size, 400 * 2 ** 20)
}

test('play is killed while it copies: the old file stays, nothing else is left, a second run converges', async () => {
  const tasks = largeCopy()
  const child = spawn(play, ['-i', inventory(['n0']), playbook(tasks)], { cwd: work, stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (readdirSync(target).length < 2 && child.exitCode === null) await setTimeout(5)
  child.kill('SIGKILL')
  assert.is((await ended)[1], 'SIGKILL')
  await convergesToLarge(tasks)
}, 90_000)

/** Processes that a shell pattern of `pgrep -f` finds, the oldest first, when there are any. */
const appear = async (pattern: string): Promise<number> => {
  let found = ''
  await until(async () => {
    found = (await execute('pgrep', ['-of', pattern])).stdout.toString().trim()
    return found !== ''
  })
  return Number(found)
}

/** The processes of a connection above one of its processes: the sshd, and the shell that it started. */
const above = (pid: number): { readonly sshd: number; readonly shell: number } => {
  const parentOf = (of: number) => Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${of}/stat`, 'utf8'))?.[1])
  const parent = parentOf(pid)
  if (parent <= 1) throw new Error('no sshd above')
  if (readFileSync(`/proc/${parent}/comm`, 'utf8') === 'sshd\n') return { sshd: parent, shell: pid }
  return above(parent)
}

/** A time in seconds to sleep that no other test sleeps. */
const endless = 86_400 + process.pid

for (const [what, victim] of [
  ['the sshd of the connection', 'sshd'],
  ["the target's shell", 'shell'],
] as const) {
  test(`${what} is killed in mid-task: the host is told as lost, the rest finish, a second run converges`, async () => {
    emptied()
    const tasks = `    - copy: {dest: "${target}/{{ inventory_hostname }}", content: whole}
    - command: sleep {{ seconds | default(0) }}
    - copy: {dest: "${target}/{{ inventory_hostname }}.end", content: whole}
`
    // another time limit, another connection: names of the same machine share theirs
    const going = run(['n0 seconds=1', 'n1 seconds=1', `cut ansible_timeout=20 seconds=${endless}`], tasks)
    const asleep = await appear(`^sleep ${endless}$`)
    process.kill(above(asleep)[victim], 'SIGKILL')
    const first = await going
    await execute('pkill', ['-f', `^sleep ${endless}$`])
    assert.is(first.code, 4, first.stdout.toString())
    for (const host of ['n0', 'n1'])
      assert.match(recapOf(first.stdout, host), 'ok=3 changed=3', first.stdout.toString())
    assert.match(recapOf(first.stdout, 'cut'), /ok=1 .*unreachable=1/)
    assert.match(first.stdout, /fatal: \[cut\]: UNREACHABLE! => .*the shell on root@127\.0\.0\.1:\d+ /)
    const second = await run(['n0', 'n1', 'cut'], tasks)
    assert.is(second.code, 0, second.stdout)
    assert.match(recapOf(second.stdout, 'cut'), 'ok=3 changed=2')
    assert.is(readdirSync(target).length, 6)
  }, 60_000)
}

test('sshd is killed while a file arrives: the old file stays, nothing else is left, a second run converges', async () => {
  const tasks = largeCopy()
  const going = run(['n0'], tasks)
  const holder = async (): Promise<number> => {
    const { stdout } = await execute('sh', ['-c', 'ls -l /proc/[0-9]*/fd 2>/dev/null', 'sh'])
    const parts = stdout.toString().split(/^\/proc\/(?=\d+\/fd:)/m)
    const found = parts.find((part) => part.includes(`${target}/.large.`))
    return Number.parseInt(found ?? '0', 10)
  }
  let writer = 0
  while (writer === 0) writer = await holder()
  process.kill(above(writer).sshd, 'SIGKILL')
  const first = await going
  assert.is(first.code, 4, first.stdout)
  await convergesToLarge(tasks)
}, 90_000)

test('a full disk: each task says so, every old file stays as it was, a second run converges', async () => {
  emptied()
  const full = join(target, 'full')
  mkdirSync(full)
  writeFileSync(join(work, 'large'), 'x'.repeat(400_000))
  writeFileSync(join(work, 'large.j2'), '{{ "y" * 400000 }}')
  await execute('tar', ['-C', work, '-cf', join(work, 'large.tar'), 'large'])
  const tasks = `    - copy: {src: large, dest: "${full}/copied"}
      ignore_errors: "{{ isFull }}"
      register: copied
    - template: {src: large.j2, dest: "${full}/rendered"}
      ignore_errors: "{{ isFull }}"
      register: rendered
    - blockinfile: {path: "${full}/edited", block: "{{ 'z' * 300000 }}"}
      ignore_errors: "{{ isFull }}"
      register: edited
    - copy: {src: /root.large, dest: "${full}/placed", remote_src: true}
      ignore_errors: "{{ isFull }}"
      register: placed
    - unarchive: {src: large.tar, dest: "${full}/unpacked"}
      ignore_errors: "{{ isFull }}"
      register: unpacked
    - lineinfile: {path: "${full}/kept", line: more, backup: true}
      ignore_errors: "{{ isFull }}"
      register: kept
    - assert:
        that:
          - item is failed
          - item.msg is search('No space left on device|Wrote only')
      loop: "{{ [copied, rendered, edited, placed, unpacked, kept] }}"
      loop_control: {label: space}
      when: isFull
`.replace('/root.large', join(work, 'large'))
  const prepared = `    - command: mount -t tmpfs -o size=128k full ${full}
    - copy: {content: "old\\n", dest: "${full}/{{ item }}"}
      loop: [copied, rendered, edited, placed]
    - file: {path: "${full}/unpacked", state: directory}
    - shell: yes | head -c 70000 >${full}/kept
`
  assert.is((await run(['n0'], prepared)).code, 0)
  const first = await run(['n0'], tasks, '-e', '{"isFull": true}')
  assert.is(first.code, 0, first.stdout)
  const look = `    - shell: "cd ${full} && find . -type f ! -path './unpacked/*' ! -name kept | sort && cat copied rendered edited placed"
      register: found
    - assert:
        that: found.stdout_lines == ['./copied', './edited', './placed', './rendered', 'old', 'old', 'old', 'old']
    - command: mount -o remount,size=8m ${full}
`
  const looked = await run(['n0'], look)
  assert.is(looked.code, 0, looked.stdout)
  const second = await run(['n0'], tasks, '-e', '{"isFull": false}')
  assert.is(second.code, 0, second.stdout)
  assert.match(recapOf(second.stdout, 'n0'), 'changed=6')
  const third = await run(
    ['n0'],
    `${tasks}    - command: umount ${full}\n      changed_when: false\n`,
    '-e',
    '{"isFull": false}',
  )
  assert.match(recapOf(third.stdout, 'n0'), 'changed=0')
}, 60_000)

/** The clock of the controller: it jumps by a day, forth and back, all the time. */
const jumping = `const real = Date.now
let shift = 0
setInterval(() => { shift = shift > 0 ? -86400000 : 86400000 }, 150).unref()
globalThis.Date = class extends Date {
  constructor(...given) { given.length === 0 ? super(real() + shift) : super(...given) }
  static now() { return real() + shift }
}`

test('the clock jumps: no task is late or early by it', async () => {
  emptied()
  writeFileSync(join(work, 'jumping.mjs'), jumping)
  const tasks = `    - shell: sleep 2; echo done
      async: 20
      poll: 1
      register: job
    - command: sleep 1
      timeout: 15
      register: slept
    - command: test -e ${target}/none
      register: tried
      until: tried.rc == 0
      retries: 3
      delay: 0.2
      ignore_errors: true
    - wait_for: {path: ${target}/none, timeout: 1, sleep: 1}
      ignore_errors: true
      register: waited
    - pause: {seconds: 1}
      register: paused
    - uri: {url: "http://127.0.0.1:1/", timeout: 2}
      ignore_errors: true
      register: asked
    - copy: {content: x, dest: "${target}/x"}
    - copy: {content: x, dest: "${target}/x"}
      register: again
    - command: sleep 1
      async: 20
      poll: 0
      register: started
    - async_status: {jid: "{{ started.ansible_job_id }}"}
      register: status
      until: status.finished | bool
      retries: 20
      delay: 0.3
    - assert:
        that:
          - job.stdout == 'done'
          - slept.delta is match('0:00:')
          - tried.attempts == 3
          - 1 <= waited.elapsed < 60
          - 1 <= paused.delta < 60
          - asked is failed
          - again is not changed
          - status.delta is match('0:00:')
`
  const env = { ...process.env, NODE_OPTIONS: `--import=file://${join(work, 'jumping.mjs')}` }
  const output = await execute(play, ['-i', inventory(['n0']), playbook(tasks)], { cwd: work, env })
  assert.is(output.code, 0, `${output.stdout}${output.stderr}`)
}, 60_000)

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
  writeFileSync(join(work, 'large'), 'x'.repeat(400_000))
  await execute('tar', ['-C', work, '-cf', join(work, 'large.tar'), 'large'])
  writeFileSync(join(work, 'script.sh'), `#!/bin/sh\n${'# filled\n'.repeat(40_000)}echo ran\n`)
  const small = join(target, 'small')
  const tasks = `    - command: mount -t tmpfs -o size=64k small ${small}
    - script: script.sh
      environment: {TMPDIR: ${small}}
      register: ran
      ignore_errors: true
    - assert: {that: [ran.failed, "'No space left' in ran.stderr"]}
    - command: {cmd: cat, stdin: "{{ 'x' * 300000 }}"}
      async: 20
      poll: 0
      environment: {ANSIBLE_ASYNC_DIR: ${small}}
      register: job
      ignore_errors: true
    - assert: {that: [job is failed, "'No space left' in job.msg"]}
    - unarchive: {src: large.tar, dest: ${target}}
      environment: {TMPDIR: ${small}}
      register: unpacked
      ignore_errors: true
    - assert: {that: [unpacked is failed, "'No space left' in unpacked.msg"]}
    - get_url: {url: "file://${work}/large.tar", dest: ${target}/loaded}
      environment: {TMPDIR: ${small}}
      register: loaded
      ignore_errors: true
    - assert: {that: [loaded is failed, "'No space left' in loaded.msg"]}
    - command: find ${small} -mindepth 1
      register: left
    - assert: {that: left.stdout == '', fail_msg: "{{ left.stdout }}"}
    - command: umount ${small}
`
  mkdirSync(small)
  const output = await run(['n0'], tasks)
  assert.is(output.code, 0, output.stdout)
}, 60_000)

test('a file that nobody writes hangs its own task alone, and not the end of the run', async () => {
  emptied()
  await tool('mkfifo', [join(target, 'silent')])
  const tasks = `    - copy: {src: "{{ source }}", dest: "${target}/{{ inventory_hostname }}"}
      timeout: 5
`
  const hosts = [
    `n0 source=${target}/silent`,
    `n1 source=${server.directory}/user.pub`,
    'local ansible_connection=local',
  ]
  const local = `      when: inventory_hostname != 'local'
    - stat: {path: ${target}/silent}
`
  const output = await execute(play, ['-i', inventory(hosts), playbook(tasks + local)], { cwd: work, timeout: 50_000 })
  assert.is(output.code, 2, output.stderr)
  assert.match(recapOf(output.stdout, 'n0'), / failed=1 /)
  assert.match(output.stderr + output.stdout, /the task did not end within 5 s/)
  assert.match(recapOf(output.stdout, 'n1'), / ok=2 changed=1 .* failed=0 /)
  assert.match(recapOf(output.stdout, 'local'), / ok=1 .* failed=0 skipped=1 /)
}, 60_000)

test.run()
