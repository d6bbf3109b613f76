import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute } from '../../engine/process.ts'
import { makeTree } from '../engine/connections/imagetree.ts'
import { suite } from '../suite.ts'

// The programs of the dracut module in a tree of busybox, with an agent that ends as it is told.
const test = suite('agent boot-node')
const programs = join(import.meta.dirname, '../../agent/dracut/50prelude')

type Story = {
  readonly cmdline?: string
  /** What the agent does, as shell; `$1` is its command. */
  readonly agent: string
  /** What is called, in the place of the hook. */
  readonly call?: string
}

type End = { readonly code: number; readonly said: string; readonly calls: string; readonly secrets: readonly string[] }

/** Plays a story in namespaces of its own; mounts of the story go with them. */
const play = async ({
  cmdline = 'quiet root=prelude',
  agent,
  call = '/usr/lib/prelude/boot-node /sysroot',
}: Story): Promise<End> => {
  const root = makeTree()
  try {
    const place = join(root, 'usr/lib/prelude')
    mkdirSync(place, { recursive: true })
    mkdirSync(join(root, 'sysroot/secrets'), { recursive: true })
    for (const program of ['boot-node', 'end-boot', 'guard', 'ready-agent', 'prelude-stopped.sh'])
      cpSync(join(programs, program), join(place, program), { mode: 0 })
    const write = (file: string, text: string) => {
      rmSync(join(root, file), { force: true }) // a link to busybox, which leads out of the tree from here
      writeFileSync(join(root, file), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    }
    write('usr/lib/prelude/prelude-agent', `echo "agent $*" >> /calls\n${agent}`)
    write('usr/lib/prelude/restart-node', 'echo restart >> /calls; exit 77')
    write('bin/sulogin', 'echo "sulogin $*" >> /calls')
    write('bin/modprobe', 'exit 0')
    // busybox's own shell takes its applets before any program
    rmSync(join(root, 'bin/sh'))
    for (const file of ['/lib64/ld-linux-x86-64.so.2', '/lib/x86_64-linux-gnu/libc.so.6']) {
      mkdirSync(join(root, dirname(file)), { recursive: true })
      copyFileSync(file, join(root, file))
    }
    copyFileSync('/bin/dash', join(root, 'bin/sh'))
    writeFileSync(join(root, 'cmdline'), `${cmdline}\n`)
    const steps = [
      'chmod 0755 /usr/lib/prelude/*; mount -t proc proc /proc; mount --bind /cmdline /proc/cmdline',
      'mkdir -p /run/prelude/secrets; mount -t ramfs secrets /run/prelude/secrets; echo hidden > /run/prelude/secrets/key',
      'mount --bind /run/prelude/secrets /sysroot/secrets',
      call,
      'code=$?; ls /run/prelude/secrets > /left; grep -c /secrets /proc/mounts >> /left; exit $code',
    ].join('\n')
    const { code, stdout, stderr } = await execute('unshare', [
      ...['--mount', '--pid', '--fork', '--propagation', 'private', 'chroot', root, '/bin/sh', '-c', steps],
    ])
    const calls = existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8') : ''
    return { code, said: stdout + stderr, calls, secrets: readFileSync(join(root, 'left'), 'utf8').split('\n') }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

test('an agent that made the root lets the boot go on, and its secrets alone', async () => {
  const { code, calls, secrets } = await play({ agent: 'exit 0' })
  assert.is(code, 0)
  assert.is(calls, 'agent boot --root /sysroot\n')
  assert.equal(secrets, ['key', '2', ''])
})

test('an agent that was killed is reported by another one, its secrets are gone, the node restarts', async () => {
  const { code, calls, secrets } = await play({ agent: '[ "$1" = killed ] && exit 1; kill -9 $$' })
  assert.is(code, 77)
  assert.is(calls, 'agent boot --root /sysroot\nagent killed 137 --root /sysroot\nrestart\n')
  assert.equal(secrets, ['0', ''])
})

test('an agent that failed has reported it; a shell opens where it says so, and the node restarts after it', async () => {
  assert.is((await play({ agent: 'exit 1' })).calls, 'agent boot --root /sysroot\nrestart\n')
  const { calls, secrets } = await play({ agent: 'exit 3' })
  assert.is(calls, 'agent boot --root /sysroot\nsulogin -t 600\nrestart\n')
  assert.equal(secrets, ['0', ''])
})

/** Where dracut keeps hooks: before 102 (059 among them), and since. */
const layouts = ['/lib/dracut/hooks', '/var/lib/dracut/hooks']

for (const layout of layouts)
  test(`what stops the initramfs beside the agent is told by an agent, and the node restarts (${layout})`, async () => {
    // as dracut sources it: by its die(), where no shell is wanted, and by its emergency shell
    const dracut = `getarg() { sed -n "s/.*$1=*\\([^ ]*\\).*/\\1/p" /proc/cmdline | grep .; }
getargbool() { case "$(getarg "$2=")" in 0) false ;; 1) true ;; *) [ "$1" = 1 ] ;; esac; }
hookdir=${layout}; mkdir -p $hookdir/emergency
stops() { echo "$2 $1" > /cmdline; (action=$1; . /usr/lib/prelude/prelude-stopped.sh); }`
    const stops = [
      "stops Boot 'root=prelude rd.shell=0'",
      `echo 'warn dracut: FATAL: "no such disk"' > $hookdir/emergency/01-die.sh`,
      "stops '' 'root=prelude'",
      "stops '' 'root=prelude rd.shell=0 rd.emergency=reboot'",
      'echo none >> /calls',
      "stops Boot 'root=prelude'",
      "stops Boot 'root=prelude rd.shell=0 rd.break=mount'",
      "stops '' 'root=prelude rd.emergency=halt'",
      "stops '' 'root=wwinit'",
      "stops Shutdown 'root=prelude'",
    ]
    const { calls, said } = await play({ agent: 'exit 1', call: [dracut, ...stops].join('\n') })
    const told = (reason: string) => `agent stopped ${reason} --root /sysroot\nrestart\n`
    assert.is(calls, `${told('dracut does not say why')}${told('no such disk')}${told('no such disk')}none\n`, said)
  })

test('the agent runs once, and late where its hook was missed', async () => {
  const both = '/usr/lib/prelude/boot-node /sysroot; /usr/lib/prelude/boot-node /sysroot --if-missed'
  assert.is((await play({ agent: 'exit 0', call: both })).calls, 'agent boot --root /sysroot\n')
  const { said, calls } = await play({ agent: 'exit 0', call: '/usr/lib/prelude/boot-node /sysroot --if-missed' })
  assert.is(calls, 'agent boot --root /sysroot\n')
  assert.match(said, /another module's hook ended the pre-mount hooks before ours/)
})

test('a node of another boot system is left alone', async () => {
  const { code, calls } = await play({ cmdline: 'root=wwinit prelude.guard=1', agent: 'exit 0' })
  assert.is(code, 0)
  assert.is(calls, '')
})

test('the guard restarts a node whose agent does not begin in time, and no other', async () => {
  const guard = '/usr/lib/prelude/guard'
  const late = await play({ cmdline: 'root=prelude prelude.guard=1', agent: 'exit 0', call: guard })
  assert.is(late.calls, 'restart\n')
  assert.match(late.said, /the agent was not started within 1 s; the node restarts/)
  for (const [cmdline, call] of [
    ['root=prelude prelude.guard=1', `: > /run/prelude/began; ${guard}`],
    ['root=prelude prelude.guard=0', guard],
    ['root=prelude prelude.guard=1 rd.break=pre-mount', guard],
  ] as const)
    assert.is((await play({ cmdline, agent: 'exit 0', call })).calls, '', cmdline)
})

test.run()
