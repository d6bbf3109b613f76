import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Entry } from '../../provisioner/store/events.ts'
import type { BootEvent } from '../../schema/types.ts'
import { assertChecks } from '../agent/checks.ts'
import { passwordHash, tryShell } from '../agent/emergencyshell.ts'
import { type RunningGuest, startGuest } from '../agent/guest.ts'
import { makeFurtherInitrd } from '../agent/initrd.ts'
import { serveNfs } from '../agent/nfs.ts'
import { suite } from '../suite.ts'
import { makeDracut, testTools } from './initramfs.ts'
import { initOf, makeRoot, script } from './roottree.ts'
import { serveSite, type TestSite } from './site.ts'
import { openSpace, type Space } from './space.ts'

// Nodes that boot with root=prelude from a real provisioner, in an initramfs that dracut made, with what goes wrong beside
// the agent and in the plays. What a node sees of itself stands in prelude.guest.sh.
const test = suite('dracut, root=prelude')
const canary = 'CANARY-of-the-test'

let work: string
let space: Space
let site: TestSite
let withSystemd: string
/** Without systemd: dracut's own shell script is process 1. */
let plain: string

const secrets = {
  'secrets.yml': `canary: ${canary}\n`,
  'munge.key': Buffer.concat([randomBytes(100), Buffer.from(canary), randomBytes(100)]),
}
const names = { 'secrets.yml': {}, 'munge.key': {}, 'extra.key': { required: false } }
const nodes = {
  degraded: {
    variables: {
      node_secrets: names,
      prelude_boot: { task_failure: 'continue', task_timeout: 25 },
      hangs: true,
      fails: true,
    },
  },
  killed: { variables: { node_secrets: names, waits: true } },
  plain: { variables: { node_secrets: names, prelude_boot: { secrets: '10.0.2.2:/warewulf/secrets' } } },
  releaseless: {
    variables: { node_secrets: names, releaseless: true, prelude_boot: { shell: true, shell_password: passwordHash } },
  },
  held: { variables: { node_secrets: names } },
  stopped: { variables: { node_secrets: names } },
}

const common = ['--no-hostonly', '--no-compress', ...testTools, '--add']

const hook = (point: string, name: string): string => `usr/lib/dracut/hooks/${point}/${name}.sh`

type Start = {
  readonly initramfs: string
  readonly hooks: Readonly<Record<string, string>>
  readonly args?: string
  readonly clock?: string
}

const startNode = async (node: string, { initramfs, hooks, args = '', clock }: Start): Promise<RunningGuest> => {
  const boot = await site.boot(node)
  const disk = join(work, `${node}.disk`)
  await writeFile(disk, '')
  await truncate(disk, 16 * 1024 ** 2)
  return startGuest({
    initrds: [initramfs, boot.initrd, await makeFurtherInitrd(hooks, work, `${node}.hooks`)],
    disks: [disk],
    namespace: space.name,
    memory: 2048,
    args: `${boot.args} init=/usr/lib/check ${args}`,
    qemu: [...boot.qemu, ...(clock ? ['-rtc', `base=${clock}`] : [])],
    timeout: 12 * 60_000,
  })
}

const assertNoSecret = (output: string): void => {
  for (const trace of [canary, Buffer.from(canary).toString('base64').slice(0, -2), 'of the vault'])
    assert.not.ok(output.includes(trace), output.slice(Math.max(0, output.indexOf(trace) - 500)))
}

/** What the agent told of a boot as a whole. */
const bootEvents = (entries: readonly Entry[]): readonly BootEvent[] =>
  entries.flatMap((entry) => (entry.kind === 'event' && entry.event.stage === 'boot' ? [entry.event] : []))

/** Up to where the guest itself says that it has ended, and powers off. */
const assertNeverHalts = (output: string): void =>
  assert.not.match(
    output.split('end of the guest')[0] ?? '',
    /System halted|Power down|Entering emergency mode|Dropping to debug shell/,
  )

test.before(async () => {
  work = await mkdtemp('/var/tmp/prelude-dracut-')
  space = await openSpace()
  const tree = await makeRoot(join(work, 'tree'), { 'usr/lib/check': await initOf('prelude.guest.sh') })
  await writeFile(join(tree, 'etc/fstab'), 'fstab-test /data tmpfs x-initrd.mount 0 0\n')
  // what an image made by hand may lack
  for (const directory of ['proc', 'sys', 'dev']) await rm(join(tree, directory), { recursive: true, force: true })
  site = await serveSite({
    work,
    space,
    tree,
    nodes,
    playbook: await script('small.yml'),
    secrets,
    vaulted: `${canary} of the vault`,
  })
  const exported = join(work, 'secrets')
  await mkdir(exported, { mode: 0o700 })
  for (const [name, content] of Object.entries(secrets)) await writeFile(join(exported, name), content, { mode: 0o400 })
  await serveNfs(space.start, exported, work, '/warewulf/secrets')
  const ofSystemd = 'systemd systemd-initrd dracut-systemd systemd-networkd'
  withSystemd = await makeDracut(join(work, 'systemd'), [...common, 'prelude'])
  plain = await makeDracut(join(work, 'plain'), [...common, 'prelude network-legacy', '--omit', ofSystemd])
})

test.after(async () => {
  await space.close()
  await rm(work, { recursive: true, force: true })
})

const look = async () => ({
  [hook('pre-pivot', '99-look')]: await script('look.hook.sh'),
  [hook('cmdline', '10-trace')]: await script('trace.hook.sh'),
})

test(
  'a node comes up, its secrets are where they belong and nowhere else, with a clock of 1970',
  async () => {
    const guest = await startNode('degraded', {
      initramfs: withSystemd,
      hooks: await look(),
      clock: '1970-01-01T00:00:10',
    })
    const output = await guest.ended
    assertChecks(output)
    assertNoSecret(output)
    assertNeverHalts(output)
    assert.match(output, /without the optional secrets extra\.key/)
    assert.match(output, /failed: hang \(2\d{4} ms\)/)
    assert.match(output, /the task 'fail as told' failed: because of \*\*\*/)
    assert.not.match(output, /\[FAILED\]/)
  },
  15 * 60_000,
)

test('what was less than asked for is in its history, without a secret', async () => {
  const events = await site.events('degraded')
  const text = JSON.stringify(events)
  assert.match(text, /without the optional secrets extra\.key/)
  assert.match(text, /the task 'fail as told' failed: because of \*\*\*/)
  assertNoSecret(text)
  const ended = bootEvents(events).find(({ state }) => state === 'finished')
  const bytes = Number(ended?.details?.['maxRss'])
  assert.ok(bytes > 10e6 && bytes <= 160 * 1024 ** 2, `the agent took ${bytes} bytes`)
})

test(
  '[D2 S6 P4] without systemd, with secrets by NFS: a node comes up, and they are nowhere else',
  async () => {
    const guest = await startNode('plain', { initramfs: plain, hooks: await look(), args: 'initramfs=shell' })
    const output = await guest.ended
    assertChecks(output)
    assertNoSecret(output)
    assertNeverHalts(output)
    assert.match(output, /mount .*10\.0\.2\.2:\/warewulf\/secrets/)
  },
  15 * 60_000,
)

test(
  '[D5 D6 D8] a root without os-release is refused and a shell asks for its password; a hook that hangs or dies is no halt',
  async () => {
    const hang = { [hook('pre-mount', '20-hang')]: 'sleep 1000\n' }
    const die = { [hook('pre-pivot', '20-die')]: 'die "no disk of mine"\n' }
    const [refused, held, stopped] = await Promise.all([
      startNode('releaseless', { initramfs: plain, hooks: {} }).then(tryShell),
      startNode('held', { initramfs: plain, hooks: hang, args: 'prelude.guard=15' }).then(({ ended }) => ended),
      startNode('stopped', { initramfs: withSystemd, hooks: die }).then(({ ended }) => ended),
    ])
    assert.match(refused, /what: the image has neither \/etc\/os-release nor \/usr\/lib\/os-release/)
    assert.match(refused, /where: stage switch/)
    assert.match(held, /prelude: the agent was not started within 15 s; the node restarts/)
    assert.match(stopped, /where: stage switch, at '/)
    assert.match(stopped, /what: the initramfs gave up: no disk of mine/)
    const told = bootEvents(await site.events('stopped')).map(({ state, message }) => `${state} ${message}`)
    assert.is(told.at(-1), 'failed the initramfs gave up: no disk of mine')
    for (const output of [refused, held, stopped]) {
      assert.match(output, /the node restarts/)
      assertNeverHalts(output)
      assertNoSecret(output)
    }
  },
  15 * 60_000,
)

test(
  '[D8] another hook exits before ours; the secrets go when the agent is killed, and the node restarts, with a clock of 2040',
  async () => {
    const hooks = {
      [hook('cmdline', '10-kill')]: await script('kill.hook.sh'),
      [hook('pre-mount', '20-exit')]: 'exit 1\n', // of another module: the hooks after it have no turn
    }
    const guest = await startNode('killed', { initramfs: withSystemd, hooks, clock: '2040-06-01T00:00:00' })
    const output = await guest.ended
    for (const line of (await script('kill.hook.sh')).matchAll(/'(ok [^']*)'/g))
      assert.ok(output.includes(line[1]!), `${line[1]}\n${output.slice(-5000)}`)
    assert.match(output, /another module's hook ended the pre-mount hooks before ours/)
    assert.match(output, /the node restarts/)
    assertNeverHalts(output)
    assertNoSecret(output)
  },
  15 * 60_000,
)

test.run()
