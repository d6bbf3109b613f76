import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { silentLog as log } from '../../../engine/log.ts'
import { tool } from '../../../engine/process.ts'
import { labOptions } from '../../../provisioner/commands/labsite.ts'
import { type LabOptions, labDown, labPowerOn, labStatus, labUp, runInLab } from '../../../provisioner/lab/lab.ts'
import { assertChecks, busyboxInit, countChecks } from '../../agent/checks.ts'
import { makeInitrd } from '../../agent/initrd.ts'
import { debianKernel } from '../../agent/kernel.ts'
import { startServing } from '../../serving.ts'
import { suite } from '../../suite.ts'
import { openTestSite, writeFiles } from '../fixture.ts'

// A node of an inventory with UEFI, from its firmware to the init of its initramfs, by the provisioner's own DHCP and TFTP.
const test = suite('lab: a node with UEFI')

const root = join(import.meta.dirname, '..', '..', '..')
const site = (name: string) => `all:
  vars:
    prelude_server: 10.77.0.1
    prelude_dhcp: {mode: server, interface: br0}
    prelude_lab: {name: ${name}, address: 10.77.0.1/24}
  children:
    images: {hosts: {small: {}}}
    nodes:
      hosts:
        n1:
          node_image: small
          node_lab: {memory: 512, firmware: uefi}
          node_kernel: {args: [console=ttyS0, no_timer_check]}
          node_networks: {eth0: {mac: "02:00:00:00:01:01", boot: true, address: 10.77.0.2/24}}
`

const script = `
check 'UEFI started the kernel' test -d /sys/firmware/efi
check 'with the arguments of the script' grep -q 'root=prelude .*console=ttyS0' /proc/cmdline
check 'the initramfs has what was made for this boot laid over it' grep -q '"node":"n1"' /prelude/boot.json
check 'for root alone' same "$(stat -c %a /prelude/boot.json)" 400
echo 'end of the guest'
poweroff -f
`

let work: string
let options: LabOptions | undefined

test.before(async () => {
  work = await mkdtemp('/var/tmp/prelude-uefi-')
})

test.after(async () => {
  if (options) await labDown(options.directory, log)
  await rm(work, { recursive: true, force: true })
})

test(
  'UEFI loads iPXE by TFTP, iPXE its script, kernel and both initrds, and the kernel starts with them',
  async () => {
    const { image, version } = await debianKernel()
    const [tree, state, inventory] = ['tree', 'state', 'inventory'].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ]
    await writeFiles(work, {
      'inventory/hosts.yml': site(`uefi${process.pid}`),
      'playbooks/small.yml': '- hosts: small\n  tasks: [{name: build, command: echo build, tags: build}]\n',
      'tree/etc/os-release': 'PRETTY_NAME="Small Linux 1"\n',
    })
    await mkdir(join(tree, 'boot'))
    await tool('cp', [image, join(tree, 'boot')])
    const init = { '/init': await busyboxInit(script) }
    const initrd = await makeInitrd({ programs: ['busybox'], hasAgent: false, modules: [], files: init }, work)
    await rename(initrd, join(tree, 'boot', `initrd.img-${version}`))
    const provision = join(root, 'bin/provision')
    await tool(
      provision,
      ['image', 'publish', tree, '--name', 'small', '--playbook', 'playbooks/small.yml', '--state', state],
      { cwd: work },
    )
    options = labOptions(await openTestSite(inventory), state, 'tcg')
    await labUp(options, log)
    const server = startServing(runInLab(options, [provision, 'serve', '-i', inventory, '--state', state]))
    try {
      await server.hears(/dnsmasq: .*TFTP root is/, 30_000)
      await labPowerOn(options, 'n1', log)
      await server.hears(/sent .*\/snponly\.efi to 10\.77\.0\.2/, 120_000)
      const consoleLog = async () => readFile((await labStatus(options!.directory)).nodes[0]!.consoleLog, 'utf8')
      for (const end = Date.now() + 240_000; !/end of the guest/.test(await consoleLog()); await sleep(500))
        assert.ok(Date.now() < end, `${(await consoleLog()).slice(-3000)}\n${server.said().slice(-3000)}`)
      // each line has its time before it
      assertChecks((await consoleLog()).replace(/^\S+Z /gm, ''), countChecks(script))
    } finally {
      await server.end()
    }
  },
  6 * 60_000,
)

test.run()
