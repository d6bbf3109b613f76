import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute, tool } from '../../../engine/process.ts'
import { buildInitramfs, type Initramfs } from '../../../provisioner/initramfs/build.ts'
import type { BootManifest } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'
import { passwordHash, tryShell } from '../emergencyshell.ts'
import { type RunningGuest, startGuest } from '../guest.ts'
import { makeFurtherInitrd } from '../initrd.ts'
import { serveNfs } from '../nfsserver.ts'
import { openSegment, type Segment } from '../segment.ts'
import { openMachineRoot } from './machineroot.ts'
import { missingOf, type NodeName, type NodeSite, openNodeSite, places } from './nodesite.ts'

const test = suite('agent in the minimal initramfs')
const repository = join(import.meta.dirname, '../../..')
const agent = join(repository, 'dist/prelude-agent')

let work: string
let machine: Awaited<ReturnType<typeof openMachineRoot>>
let made: Initramfs
let file: string
let segment: Segment

test.before(async () => {
  execFileSync(join(repository, 'scripts/launch'), ['agent', '--version'])
  work = await mkdtemp('/var/tmp/prelude-initramfs-')
  machine = await openMachineRoot()
  made = await buildInitramfs({ root: machine.root, agent })
  file = join(work, 'initramfs.img')
  await writeFile(file, made.archive)
  segment = await openSegment('minimal', places, '10.77.0.1/16')
})

test.after(async () => {
  await segment?.close()
  await machine?.close()
  if (work) await rm(work, { recursive: true, force: true })
})

const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

test('Z3 Z6: unpacked, the agent is the released one byte by byte, and every program finds its libraries', async () => {
  const tree = join(work, 'unpacked')
  await mkdir(tree)
  const plain = join(work, 'plain')
  await tool('zstd', ['-d', '-q', '-o', plain, file])
  await execute('sh', ['-c', 'exec < "$1"; cd "$2"; while cpio -i --quiet 2>/dev/null; do :; done', 'sh', plain, tree])
  assert.is(await sha256(join(tree, 'usr/lib/prelude/prelude-agent')), await sha256(agent))
  assert.match(await tool('chroot', [tree, '/usr/lib/prelude/prelude-agent', '--version']), /^prelude-agent \d/)
  const found = await tool('find', [tree, '-type', 'f', '-perm', '/111', '-printf', '/%P\n'])
  const loader = '/lib64/ld-linux-x86-64.so.2'
  let checked = 0
  for (const program of found
    .split('\n')
    .filter((path) => /^\/usr\/(?:s?bin\/|lib\/prelude\/prelude-agent)/.test(path))) {
    if (!(await execute('readelf', ['-W', '-l', join(tree, program)])).stdout.includes('INTERP')) continue
    const { code, stdout, stderr } = await execute('chroot', [tree, loader, '--list', program])
    assert.is(code, 0, `${program}: ${stderr}`)
    assert.not.match(stdout, /not found/, program)
    checked++
  }
  assert.ok(checked > 25, `${checked} programs`)
  const modprobe = await tool('chroot', [tree, 'modprobe', '-S', machine.kernel, '--show-depends', 'xfs'])
  assert.match(modprobe, /libcrc32c\.ko\b.*xfs\.ko\b/s)
}, 120_000)

test('Z4: it has at most 64 MiB without firmware, and the agent stays small (how fast it starts is measured by bench:agent)', async () => {
  assert.ok((await stat(file)).size <= 64 * 1024 ** 2, `${(await stat(file)).size} bytes`)
  const measure = 'import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); '
  const print = 'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)'
  const kibibytes = Number(await tool('python3', ['-c', measure + print, agent, '--version']))
  assert.ok(kibibytes > 0 && kibibytes <= 128 * 1024, `${kibibytes} KiB`)
}, 60_000)

/** Boots a node to its real init and returns what that shows. */
const boots = async (site: NodeSite, node: NodeName): Promise<string> => {
  const guest = await startGuest({
    initrds: [file, await site.begin(node)],
    cards: segment.cards(node),
    namespace: segment.namespace,
    args: 'root=prelude single',
    timeout: 170_000,
  })
  await guest.shows(/real init: pid 1, arguments: single\n/, 160_000)
  await guest.shows(/^end of the guest$/m, 30_000)
  await guest.kill()
  return guest.ended
}

test('nodes boot by image and by NFS over a bond; then the real init is PID 1 and nothing is left', async () => {
  const site = await openNodeSite(work, segment, machine.kernel)
  await serveNfs(segment, site.tree, work)
  const [image, nfs] = await Promise.all([boots(site, 'n01'), boots(site, 'n02')])
  for (const [node, output] of Object.entries({ n01: image, n02: nfs })) {
    const missing = missingOf(node as NodeName, output)
    assert.is(missing, undefined, `${node}: no ${missing} in\n${output.slice(-8000)}`)
    const left = Number(/^left in memory: (\d+) KiB$/m.exec(output)?.[1])
    assert.ok(left < 1024, `${left} KiB, where the agent alone has ${(await stat(agent)).size / 1024}`)
  }
  assert.match(image, /^squashfs /m)
  assert.match(nfs, /^nfsv4 /m)
}, 240_000)

/** Boots something that fails; the machine ends when it restarts. `use` is what is done with it until then. */
const fails = async (
  name: string,
  files: Readonly<Record<string, string>>,
  use = ({ ended }: RunningGuest): Promise<string> => ended,
): Promise<string> => {
  const initrds = [file, await makeFurtherInitrd(files, work, name)]
  const output = await use(await startGuest({ initrds, args: 'root=prelude', timeout: 450_000 }))
  assert.not.match(output, /Kernel panic|System halted|Attempted to kill init/)
  return output
}

/** A boot that has no network and fails at once, with a shell. */
const shelled: BootManifest = {
  version: 1,
  node: 'n01',
  boot: 'shelled',
  token: 'token',
  servers: [{ https: 'https://127.0.0.1:9874', http: 'http://127.0.0.1:9873' }],
  ca: '',
  image: { name: 'image', digest: `sha256:${'0'.repeat(64)}`, size: 1, format: 'squashfs' },
  root: { type: 'image' },
  network: [],
  retry: { budget: 1, shell: true, shell_password: passwordHash },
}

test('a boot that fails restarts the node: by the agent, by PID 1 when the agent is killed, and after a shell', async () => {
  const [manifest, killed] = await Promise.all([
    fails('none', { '/nothing': '' }),
    fails('killed', { '/usr/lib/prelude/prelude-agent': '#!/bin/sh\nmount -t proc proc /proc\nkill -9 $$\n' }),
    fails('shell', { '/prelude/boot.json': JSON.stringify(shelled) }, tryShell),
  ])
  assert.match(manifest, /what: no boot manifest at \/prelude\/boot\.json/)
  assert.match(manifest, /restarting by the kernel/)
  assert.match(killed, /prelude: the agent ended with 137; the node restarts in 20 s/)
}, 500_000)

test.run()
