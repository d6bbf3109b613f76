import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../engine/process.ts'
import { powerNote } from '../../provisioner/commands/window.ts'
import { publishImage } from '../../provisioner/image/publish.ts'
import { openState, type State } from '../../provisioner/state.ts'
import type { BootEvent, BootManifest } from '../../schema/types.ts'
import { manifestIn, treeFiles, writeFiles } from '../provisioner/fixture.ts'
import { suite } from '../suite.ts'
import { busyboxInit } from './checks.ts'
import { type RunningGuest, startGuest } from './guest.ts'
import { makeInitrd } from './initrd.ts'
import { openSegment, type Segment } from './segment.ts'

// What becomes of a boot when its agent hangs, is killed, or nobody reads its console: guests that boot from a real provisioner.
const test = suite('agent reliability')
const root = join(import.meta.dirname, '..', '..')
const mac = '02:00:00:00:01:01'

const inventory = {
  'inventory/hosts.yml': `all:
  children:
    images: {hosts: {compute: {}}}
    nodes: {hosts: {n01: {}}}
`,
  'inventory/group_vars/all.yml': `prelude_server: 10.77.0.1
prelude_boot: {watchdog: 10, window: open}
`,
  'inventory/group_vars/nodes.yml': `node_image: compute
node_networks: {eno1: {mac: "${mac}", boot: true, address: 10.77.0.2/24}}
`,
  'playbooks/compute.yml': '- {name: build, hosts: compute, connection: image, tasks: []}\n',
}

/** Does something to the agent when it mounts the image: the agent is the parent of `mount`. */
const mount = `#!/usr/bin/busybox sh
case "$*" in *squashfs*)
    case "$fault" in
        killed) kill -9 $PPID ;;
        oom) echo f > /proc/sysrq-trigger; sleep 1000 ;;
        stopped) kill -STOP $PPID; sleep 1000 ;;
        hung) sleep 1000 ;;
        fails) echo 'mount: wrong fs type' >&2; exit 32 ;;
    esac ;;
esac
exec /usr/bin/mount "$@"
`

let work: string
let segment: Segment
let initrd: string
let state: State

test.before(async () => {
  await tool(join(root, 'scripts/launch'), ['agent', '--version'])
  work = await mkdtemp('/var/tmp/prelude-reliability-')
  await writeFiles(join(work, 'site'), inventory)
  await writeFiles(join(work, 'tree'), { ...treeFiles, 'sbin/init': { text: '#!/bin/sh\n', mode: 0o755 } })
  state = await openState(join(work, 'state'))
  await publishImage(state, { tree: join(work, 'tree'), name: 'compute', playbook: 'playbooks/compute.yml' })
  segment = await openSegment('reliable', { n01: { macs: [mac], bonded: false } })
  const serve = ['serve', '-i', join(work, 'site/inventory'), '--state', join(work, 'state'), '--dhcp', 'none']
  segment.serve([join(root, 'scripts/launch'), 'provision', ...serve])
  const programs = await Promise.all(
    ['boot-node', 'end-boot', 'ready-agent', 'restart-node'].map(
      async (name) =>
        [`/usr/lib/prelude/${name}`, await readFile(join(root, 'agent/dracut/50prelude', name), 'utf8')] as const,
    ),
  )
  initrd = await makeInitrd(
    {
      programs: ['busybox', 'ip', 'modprobe', 'mount', 'umount', 'date', 'chroot', 'unshare', 'nsenter', 'wdctl'],
      modules: ['virtio_pci', 'virtio_net', 'loop', 'squashfs', 'overlay', 'softdog'],
      files: {
        '/init': await busyboxInit(await readFile(join(import.meta.dirname, 'reliability.guest.sh'), 'utf8')),
        ...Object.fromEntries(programs),
        '/fault/mount': mount,
      },
    },
    work,
  )
  await segment.hears(/ready: http/, 60_000)
})

test.after(async () => {
  state?.close()
  await segment?.close()
  await rm(work, { recursive: true, force: true })
})

/** Begins a boot as the firmware does: asks for the script, and for the initrd that it names. */
const beginBoot = async (name: string): Promise<{ readonly file: string; readonly manifest: BootManifest }> => {
  const base = 'http://10.77.0.1:9873'
  const script = await segment.run(['curl', '-sf', `${base}/boot/ipxe?mac=${mac}`])
  const path = /\/boot\/initrd\/\w+/.exec(script)?.[0]
  assert.ok(path, script)
  const file = join(work, `${name}.cpio`)
  await segment.run(['curl', '-sf', '-o', file, `${base}${path}`])
  return { file, manifest: manifestIn(await readFile(file)) }
}

const eventsOf = async (boot: string): Promise<readonly BootEvent[]> =>
  (await state.events.list({ boot })).flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []))

type Booted = { readonly guest: RunningGuest; readonly manifest: BootManifest }

const startBoot = async (fault: string, args = ''): Promise<Booted> => {
  await powerNote(state, 'n01') // the attempts count anew: a pause that grows is no matter of these tests
  const { file, manifest } = await beginBoot(fault)
  const guest = await startGuest({
    initrds: [initrd, file],
    cards: segment.cards('n01'),
    namespace: segment.namespace,
    memory: 768,
    args: `root=prelude fault=${fault} ${args}`,
    timeout: 240_000,
  })
  return { guest, manifest }
}

/** Runs a boot to the end of its machine, which a restart ends too. */
const bootWith = async (fault: string, args?: string) => {
  const { guest, manifest } = await startBoot(fault, args)
  const console = await guest.ended
  return { console, manifest, events: await eventsOf(manifest.boot) }
}

const last = (events: readonly BootEvent[]) => events.at(-1)

test('a boot goes well', async () => {
  const { console, events } = await bootWith('none')
  assert.equal([last(events)?.stage, last(events)?.state], ['boot', 'finished'], console.slice(-3000))
  assert.match(console, /prelude: n01 is ready for its root after \d+ ms: network \d+, root \d+/)
  assert.match(console, /watchdog handed to systemd|watchdog disarmed: the root has no systemd/)
}, 240_000)

test('a command that fails is shown with its lines, reported, and the node restarts', async () => {
  const { console, events } = await bootWith('fails')
  const failed = last(events)
  assert.equal([failed?.stage, failed?.state], ['boot', 'failed'], console.slice(-3000))
  assert.match(failed?.message ?? '', /^mount -t squashfs .* ended with 32: mount: wrong fs type$/)
  assert.match(console, /FAILED: mount -t squashfs .*\n.*exit code 32\n.*mount: wrong fs type\n/)
  assert.match(
    console,
    /== the boot failed: attempt \d+ =+\n.*where: stage root.*\n.*what: .*\n.*next: the node restarts in \d+ s/,
  )
}, 240_000)

for (const [fault, cause] of [
  ['killed', 'the agent was killed by signal 9'],
  ['oom', 'the agent was killed: the node ran out of memory'],
] as const) {
  test(`an agent that is ${fault} is reported, and the node restarts`, async () => {
    const { console, events } = await bootWith(fault)
    const failed = last(events)
    assert.equal([failed?.stage, failed?.state, failed?.message], ['boot', 'failed', cause], console.slice(-3000))
    assert.match(console, /where: stage root, at 'mount -t squashfs/)
    assert.not.match(console, /System halted/)
  }, 240_000)
}

for (const fault of ['stopped', 'hung']) {
  test(`a node whose boot is ${fault} is restarted by the watchdog, and the next boot tells`, async () => {
    const { console, events } = await bootWith(fault)
    assert.equal([last(events)?.stage, last(events)?.state], ['root', 'started'], console.slice(-3000))
    assert.match(console, /watchdog armed: 10 s/)
    const { manifest } = await beginBoot('next')
    assert.ok((manifest.retry?.attempt ?? 0) > 1)
    assert.match(manifest.retry?.last ?? '', /^nothing was heard after root started at .*: it hung, was killed/)
    const notes = (await state.events.list({ node: 'n01' })).filter(
      (entry) => entry.kind === 'server' && entry.message.startsWith('nothing was heard after root started'),
    )
    assert.ok(notes.length > 0)
  }, 240_000)
}

test('a console that is stopped stops no boot', async () => {
  const { guest, manifest } = await startBoot('blocked')
  await guest.shows(/block me/, 120_000)
  guest.type('\x13go\n') // XOFF: the line is stopped, typing goes on
  const console = await guest.ended
  const ended = last(await eventsOf(manifest.boot))
  assert.equal([ended?.stage, ended?.state], ['boot', 'finished'], console.slice(-3000))
  assert.not.match(console, /is ready for its root/, 'the line was stopped')
}, 240_000)

test('a console that is not there stops no boot', async () => {
  const { console, events } = await bootWith('none', 'console=ttyS3')
  assert.equal([last(events)?.stage, last(events)?.state], ['boot', 'finished'], console.slice(-3000))
}, 240_000)

test.run()
