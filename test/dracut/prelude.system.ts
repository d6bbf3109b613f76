import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type RunningGuest, startGuest } from '../agent/guest.ts'
import { makeFurtherInitrd } from '../agent/initrd.ts'
import { suite } from '../suite.ts'
import { makeDracut, testTools } from './initramfs.ts'
import { makeRoot, script } from './roottree.ts'
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
}

const common = ['--no-hostonly', '--no-compress', ...testTools, '--add', 'prelude']

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
  await truncate(disk, 64 * 1024 ** 2)
  return startGuest({
    initrds: [initramfs, boot.initrd, await makeFurtherInitrd(hooks, work, `${node}.hooks`)],
    disks: [disk],
    namespace: space.name,
    memory: 2048,
    args: `${boot.args} init=/usr/lib/check ${args}`,
    qemu: [...boot.qemu, ...(clock ? ['-rtc', `base=${clock}`] : [])],
    timeout: 6 * 60_000,
  })
}

/** All that is looked at was found as it should be. */
const assertOk = (output: string): void => {
  assert.ok(output.includes('end of the guest'), output.slice(-5000))
  const failed = output.indexOf('not ok ')
  assert.ok(failed < 0, output.slice(Math.max(0, failed), failed + 4000))
}

const assertNoSecret = (output: string): void => {
  for (const trace of [canary, Buffer.from(canary).toString('base64').slice(0, -2), 'of the vault'])
    assert.not.ok(output.includes(trace), output.slice(Math.max(0, output.indexOf(trace) - 500)))
}

/** Up to where the guest itself says that it has ended, and powers off. */
const assertNeverHalts = (output: string): void =>
  assert.not.match(
    output.split('end of the guest')[0] ?? '',
    /System halted|Power down|Entering emergency mode|Dropping to debug shell/,
  )

test.before(async () => {
  work = await mkdtemp('/var/tmp/prelude-dracut-')
  space = await openSpace()
  const tree = await makeRoot(join(work, 'tree'), { 'usr/lib/check': await script('prelude.guest.sh') })
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
  withSystemd = await makeDracut(join(work, 'systemd'), common)
})

test.after(async () => {
  await space.close()
  await rm(work, { recursive: true, force: true })
})

const look = async () => ({ [hook('pre-pivot', '99-look')]: await script('look.hook.sh') })

test(
  'a node comes up, its secrets are where they belong and nowhere else, with a clock of 1970',
  async () => {
    const hooks = { ...(await look()) }
    const guest = await startNode('degraded', { initramfs: withSystemd, hooks, clock: '1970-01-01T00:00:10' })
    const output = await guest.ended
    assertOk(output)
    assertNoSecret(output)
    assertNeverHalts(output)
    assert.match(output, /without the optional secrets extra\.key/)
    assert.match(output, /failed: hang \(2\d{4} ms\)/)
    assert.match(output, /the task 'fail as told' failed: because of \*\*\*/)
    assert.not.match(output, /\[FAILED\]/)
  },
  8 * 60_000,
)

test('what was less than asked for is in its history, without a secret', async () => {
  const events = JSON.stringify(await site.events('degraded'))
  assert.match(events, /without the optional secrets extra\.key/)
  assert.match(events, /the task 'fail as told' failed: because of \*\*\*/)
  assertNoSecret(events)
})

test(
  'the secrets go when the agent is killed, and the node restarts, with a clock of 2040',
  async () => {
    const hooks = { [hook('cmdline', '10-kill')]: await script('kill.hook.sh') }
    const guest = await startNode('killed', { initramfs: withSystemd, hooks, clock: '2040-06-01T00:00:00' })
    const output = await guest.ended
    for (const line of (await script('kill.hook.sh')).matchAll(/'(ok [^']*)'/g))
      assert.ok(output.includes(line[1]!), `${line[1]}\n${output.slice(-5000)}`)
    assert.match(output, /the node restarts/)
    assertNeverHalts(output)
    assertNoSecret(output)
  },
  8 * 60_000,
)

test.run()
