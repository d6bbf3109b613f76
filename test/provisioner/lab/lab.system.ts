import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { silentLog as log } from '../../../engine/log.ts'
import { execute, tool } from '../../../engine/process.ts'
import {
  type LabNode,
  type LabNodeStatus,
  type LabOptions,
  labDown,
  labPort,
  labPowerOff,
  labPowerOn,
  labStatus,
  labUp,
  runInLab,
} from '../../../provisioner/lab/lab.ts'
import { namespaceOf, tapsOf } from '../../../provisioner/lab/paths.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'

const test = suite('lab: a virtual cluster')

const place = mkdtempSync(join(tmpdir(), 'prelude-lab-'))
const directory = join(place, 'state')
const name = `test-${process.pid}`

const node = (
  name: string,
  number: number,
  rest: Pick<LabNode, 'bonded' | 'disks'>,
  model: 'virtio' | 'e1000',
): LabNode => ({
  name,
  nics: [0, 1].map((nic) => ({ mac: `02:00:00:00:0${number}:0${nic}`, model })),
  memory: 256,
  cpus: 1,
  ...rest,
})
const options: LabOptions = {
  name,
  directory,
  address: '10.77.0.1/24',
  acceleration: 'tcg',
  nodes: [
    node('n01', 1, { bonded: true, disks: [{ size: '1G', bus: 'virtio' }] }, 'virtio'),
    node('a-node-with-a-long-name', 2, { bonded: false, disks: [{ size: '1G', bus: 'nvme' }] }, 'e1000'),
  ],
}

/** Everything on this machine that belongs to the lab of this test. */
const leftovers = async (): Promise<string[]> => {
  const processes = readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return false
    try {
      const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
      return line.includes(`${place}/`) || line.includes(namespaceOf(name))
    } catch {
      return false
    }
  })
  const { stdout: namespaces } = await execute('ip', ['netns', 'list'])
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
  const isOurs = (line: string) => line.includes(namespaceOf(name)) || line.includes(directory)
  return [
    ...processes.map((pid) => `process ${pid}`),
    ...`${namespaces}\n${mounts}`.split('\n').filter(isOurs),
    ...(existsSync(directory) ? readdirSync(directory) : []).filter((entry) => entry !== 'consoles'),
  ]
}

const servers: ChildProcess[] = []
let heard = ''

/** Starts a server inside the lab and collects what it says. */
const serve = (argv: readonly string[]): void => {
  const [file = '', ...args] = runInLab(options, argv)
  const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk) => {
      heard += chunk
    })
  servers.push(server)
}

const hear = async (words: RegExp, seconds: number): Promise<void> => {
  for (let end = Date.now() + seconds * 1000; !words.test(heard) && Date.now() < end; ) await sleep(50)
  assert.match(heard, words)
}

const statusOf = async (wanted: string): Promise<LabNodeStatus> => {
  const found = (await labStatus(directory)).nodes.find((candidate) => candidate.name === wanted)
  if (!found) throw new Error(`no status of ${wanted}`)
  return found
}

/** As nothing in the lab is ready for. */
const killMachine = async (node: string): Promise<void> => {
  const { pid } = await statusOf(node)
  if (!pid) throw new Error(`${node} does not run`)
  process.kill(pid, 'SIGKILL')
}

const failureOf = async (attempt: Promise<unknown>): Promise<string> => {
  const thrown = await attempt.then(
    () => new Error('nothing was thrown'),
    (reason) => reason,
  )
  return thrown instanceof Failure ? thrown.code : String(thrown)
}

test.after(async () => {
  await labDown(directory, log)
  for (const server of servers) server.kill('SIGKILL')
  rmSync(place, { recursive: true, force: true })
})

test('of two commands that bring it up at once, one does and the other says why not', async () => {
  const both = await Promise.allSettled([labUp(options, log), labUp(options, log)])
  const refused = both.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.code)
  assert.equal(refused, ['lab.busy'])
  const status = await labStatus(directory)
  assert.is(status.namespace.stands, true)
  assert.equal(status.switch, { answers: true, address: '10.77.0.1/24' })
  assert.equal(
    status.nodes.map(({ power, ports }) => [power, ports.map(({ cable, carrier }) => [cable, carrier])]),
    [1, 2].map(() => ['off', [1, 2].map(() => ['plugged', false])]),
  )
})

test('it has no way out', async () => {
  const route = await tool('ip', ['-netns', namespaceOf(name), 'route', 'show'])
  assert.is(route.trim(), '10.77.0.0/24 dev br0 proto kernel scope link src 10.77.0.1')
  const links = await tool('ip', ['-netns', namespaceOf(name), '-oneline', 'link', 'show'])
  const names = [...links.matchAll(/^\d+: ([^:]+):/gm)].map(([, link = '']) => link)
  const taps = options.nodes.flatMap(tapsOf)
  assert.equal(names.toSorted(), ['br0', 'lo', 'ovs-netdev', ...taps].toSorted())
  // The kernel would answer ARP on the taps as well, with their addresses.
  for (const tap of taps) assert.match(links, new RegExp(`^\\d+: ${tap}: <[^>]*\\bNOARP\\b`, 'm'))
})

test('a lab of the same name in another directory is refused', async () => {
  assert.is(await failureOf(labUp({ ...options, directory: join(place, 'other') }, log)), 'lab.namespace')
  assert.is(await failureOf(labUp({ ...options, name: `${name}-b` }, log)), 'lab.name')
})

test('its nodes boot from the network: DHCP, TFTP, HTTP', async () => {
  const root = join(place, 'tftp')
  mkdirSync(root)
  writeFileSync(join(root, 'boot.ipxe'), '#!ipxe\nchain http://10.77.0.1:8080/boot/ipxe?mac=${mac}\n')
  // Without a router advertisement the boot ROM waits for one for 15 s.
  await tool('ip', ['-netns', namespaceOf(name), 'address', 'add', 'fd77::1/64', 'dev', 'br0', 'nodad'])
  const dhcp = ['--dhcp-range=10.77.0.100,10.77.0.200', '--no-ping', '--leasefile-ro', '--dhcp-boot=boot.ipxe']
  const advertise = ['--enable-ra', '--dhcp-range=fd77::,ra-only', '--ra-param=br0,0,0']
  const tftp = ['--enable-tftp', `--tftp-root=${root}`, '--user=root']
  const quiet = ['--no-daemon', '--conf-file=/dev/null', '--pid-file=', '--port=0']
  serve(['dnsmasq', ...quiet, '--interface=br0', '--bind-interfaces', ...dhcp, ...advertise, ...tftp])
  const script = `require('node:http').createServer((request, response) => {
    console.log('HTTP', decodeURIComponent(request.url)); response.writeHead(404).end() }).listen(8080, '10.77.0.1')`
  serve([process.execPath, '-e', script])
  await hear(/TFTP root is/, 30)

  assert.equal(await Promise.all(options.nodes.map(({ name }) => labPowerOn(options, name, log))), [true, true])
  assert.is(await labPowerOn(options, 'n01', log), false)
  for (const number of [1, 2]) {
    await hear(new RegExp(`DHCPACK\\(br0\\) 10\\.77\\.0\\.\\d+ 02:00:00:00:0${number}:00`), 120)
    await hear(new RegExp(`HTTP /boot/ipxe\\?mac=02:00:00:00:0${number}:00`), 120)
  }
  assert.match(heard, /sent .*boot\.ipxe to 10\.77\.0\./)
  const { console: last, consoleLog } = await statusOf('n01')
  assert.ok(last && last.text.length > 0)
  assert.match(readFileSync(consoleLog, 'utf8'), /^\d{4}-\d\d-\d\dT[\d:.]{12}Z .*iPXE/m)
}, 300_000)

test('a pulled cable is seen on the switch, a plugged one comes back', async () => {
  const before = await statusOf('n01')
  assert.equal([before.power, before.ports[0]?.carrier], ['running', true])
  const member = async () => (await statusOf('n01')).bond?.members[0]?.enabled
  // The boot ROM answers LACP on the port that it has open, or the bond falls back to that port.
  await until(async () => (await member()) === true)

  await labPort(options, 'n01', 0, 'down')
  await until(async () => (await member()) === false)
  const pulled = await statusOf('n01')
  assert.equal([pulled.ports[0]?.cable, pulled.ports[0]?.carrier], ['pulled', false])
  assert.equal([pulled.bond?.members[0]?.enabled, pulled.bond?.aggregated], [false, false])
  assert.equal([pulled.ports[1]?.cable, pulled.ports[1]?.carrier], ['plugged', true])

  await labPort(options, 'n01', 0, 'up')
  assert.is((await statusOf('n01')).ports[0]?.carrier, true)
  assert.is(await failureOf(labPort(options, 'n01', 2, 'down')), 'lab.node')
})

test('a node that is switched on while a cable is pulled sees no carrier', async () => {
  const { name, consoleLog } = await statusOf('a-node-with-a-long-name')
  await labPowerOff(options, name, log)
  await labPort(options, name, 0, 'down')
  await labPowerOn(options, name, log)
  const link = () => /Link:(up|down)/.exec(readFileSync(consoleLog, 'utf8'))?.[1]
  await until(() => link() !== undefined)
  assert.is(link(), 'down')
  await labPowerOff(options, name, log)
})

test('what stands is kept when it is brought up again', async () => {
  const before = await statusOf('n01')
  const processes = async () => (await tool('ip', ['netns', 'pids', namespaceOf(name)])).trim().split('\n')
  const stood = await processes()
  await labUp(options, log)
  assert.is((await statusOf('n01')).pid, before.pid)
  // those that only ask something end soon
  await until(async () => (await processes()).every((pid) => stood.includes(pid)))
})

test('a node is switched off and on, with a new console and its old disk', async () => {
  const disk = join(directory, 'nodes/n01/disk0.img')
  assert.is(await labPowerOff(options, 'n01', log), true)
  assert.is(await labPowerOff(options, 'n01', log), false)
  assert.is((await statusOf('n01')).power, 'off')
  writeFileSync(disk, 'kept', { flag: 'r+' })
  assert.is(await labPowerOn(options, 'n01', log), true)
  assert.ok(existsSync(join(directory, 'consoles/n01.log.1')))
  assert.is(readFileSync(disk).subarray(0, 4).toString(), 'kept')
})

test('a node whose QEMU is killed is off and can be switched on', async () => {
  await killMachine('n01')
  await until(async () => (await statusOf('n01')).power === 'off')
  assert.is(await labPowerOn(options, 'n01', log), true)
  await killMachine('n01')
})

test('a switch that died is started again', async () => {
  process.kill(Number(readFileSync(join(directory, 'switch/ovs-vswitchd.pid'), 'utf8')), 'SIGKILL')
  await sleep(100)
  assert.is((await labStatus(directory)).switch.answers, false)
  await labUp({ ...options, nodes: options.nodes.slice(0, 1) }, log)
  const status = await labStatus(directory)
  assert.is(status.switch.answers, true)
  assert.equal(
    status.nodes.map(({ bond }) => bond?.members.length),
    [2],
  )
  assert.match(await tool('ip', ['-netns', namespaceOf(name), 'address', 'show', 'br0']), /10\.77\.0\.1\/24/)
  assert.equal(readdirSync(join(directory, 'nodes')), ['n01'])
})

test('down leaves nothing but the logs of the consoles', async () => {
  await tool('mount', ['-t', 'tmpfs', 'tmpfs', join(directory, 'nodes/n01')])
  assert.is.not((await leftovers()).length, 0)
  await labDown(directory, log)
  assert.equal(await leftovers(), [])
  assert.ok(readdirSync(join(directory, 'consoles')).includes('n01.log'))
  assert.is(await failureOf(labStatus(directory)), 'lab.absent')
  assert.is(await failureOf(labPowerOn(options, 'n01', log)), 'lab.absent')
  await labDown(directory, log)
})

test('down leaves nothing when up was killed at any moment', async () => {
  const module = fileURLToPath(new URL('../../../provisioner/lab/lab.ts', import.meta.url))
  const script = `import(process.argv[1]).then(({ labUp, labPowerOn }) => {
    const options = JSON.parse(process.argv[2])
    const log = { info() {}, warning() {}, error() {}, step: (_, run) => run() }
    console.log('start')
    return labUp(options, log).then(() => labPowerOn(options, 'n01', log)) })`
  const marks = new Set<string>()
  for (let delay = 20; delay <= 480; delay += 60) {
    const up = spawn(process.execPath, ['-e', script, module, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(up, 'close')
    await once(up.stdout, 'data')
    await sleep(delay)
    up.kill('SIGKILL')
    await ended
    marks.add(readdirSync(directory).toSorted().join(' '))
    let refused = await failureOf(labDown(directory, log))
    // The kernel gives the lock of the killed process back when its holder has ended.
    for (let tries = 0; refused === 'lab.busy' && tries < 500; tries++) {
      await sleep(20)
      refused = await failureOf(labDown(directory, log))
    }
    assert.equal(await leftovers(), [], `killed after ${delay} ms`)
  }
  assert.ok(marks.size > 1, 'all kills met the same moment')
}, 300_000)

test.run()
