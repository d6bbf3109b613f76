import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { qmp } from '../../provisioner/lab/qmp.ts'
import { debianKernel } from './kernel.ts'

// Virtual machines with this machine's tools, Debian's kernel and the agent: for what needs a kernel of its own.

export type GuestCard = {
  readonly mac: string
  /** Tap device, in the guest's network namespace, that the card is plugged into: `segment.ts` makes both. */
  readonly tap: string
  readonly model?: 'virtio' | 'e1000'
  /** A virtio card that tells neither speed nor duplex: 802.3ad never aggregates it. */
  readonly isSpeedless?: boolean
}

export type Machine = {
  /** One cpio archive after the other, as the kernel takes them; `makeInitrd` makes the first. */
  readonly initrds: readonly string[]
  /** NVMe disks: their files. */
  readonly disks?: readonly string[]
  readonly cards?: readonly GuestCard[]
  /** Network namespace that QEMU runs in; with cards only. */
  readonly namespace?: string
  /** MiB; 1536 when absent. */
  readonly memory?: number
  /** Processors; 2 when absent. */
  readonly cpus?: number
  /** Further kernel arguments. */
  readonly args?: string
  /** Further arguments of QEMU: a watchdog, another disk. */
  readonly qemu?: readonly string[]
  /** Milliseconds after which the machine is killed. */
  readonly timeout: number
}

export type RunningGuest = {
  readonly pid: number
  /** What the console showed so far. */
  console(): string
  /** Waits until the console shows it; throws when the guest ends before, or after `ms`. */
  shows(pattern: RegExp, ms: number): Promise<RegExpMatchArray>
  /** Types on the console. */
  type(text: string): void
  /** A command to QEMU's monitor: `device_del`, `system_reset`, … */
  qmp(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Pulls the cable of a card, by its number, or plugs it in. */
  cable(card: number, state: 'plugged' | 'pulled'): Promise<unknown>
  /** The power is cut. */
  kill(): Promise<void>
  /** The whole console, when the guest has powered off or was killed. */
  readonly ended: Promise<string>
}

const cardArguments = (card: GuestCard, index: number): string[] => {
  const speed = card.isSpeedless ? '' : ',speed=10000,duplex=full'
  const device = card.model === 'e1000' ? 'e1000' : `virtio-net-pci${speed}`
  return [
    // without vnet_hdr: the switch is in user space and passes frames on as they are
    ...['-netdev', `tap,id=net${index},ifname=${card.tap},script=no,downscript=no,vnet_hdr=off`],
    ...['-device', `${device},id=card${index},netdev=net${index},mac=${card.mac},romfile=`],
  ]
}

const diskArguments = (file: string, index: number): string[] => [
  ...['-drive', `file=${file},format=raw,if=none,id=disk${index},cache=unsafe`],
  ...['-device', `nvme,drive=disk${index},serial=disk${index}`],
]

/** The command line of a machine. TCG: a machine's KVM may be there and not work. */
const command = (machine: Machine, kernel: string, initrd: string, monitor: string): string[] => [
  ...(machine.namespace === undefined ? [] : ['ip', 'netns', 'exec', machine.namespace]),
  ...['qemu-system-x86_64', '-m', String(machine.memory ?? 1536), '-smp', String(machine.cpus ?? 2)],
  ...['-cpu', 'max', '-accel', 'tcg,thread=multi', '-nic', 'none', '-no-reboot'],
  ...['-display', 'none', '-serial', 'stdio', '-qmp', `unix:${monitor},server=on,wait=off`],
  ...['-kernel', kernel, '-initrd', initrd],
  // on a busy host a timer of TCG comes too late for the check that the kernel makes of it
  ...[
    '-append',
    `console=ttyS0 loglevel=1 panic=-1 no_timer_check${machine.args === undefined ? '' : ` ${machine.args}`}`,
  ],
  ...(machine.cards ?? []).flatMap(cardArguments),
  ...(machine.disks ?? []).flatMap(diskArguments),
  ...(machine.qemu ?? []),
]

/** Starts a guest; it ends when it powers off or restarts, is killed, or its time is over. */
export const startGuest = async (machine: Machine): Promise<RunningGuest> => {
  const { image } = await debianKernel()
  const place = await mkdtemp(join(tmpdir(), 'prelude-guest-'))
  const monitor = join(place, 'qmp')
  const initrd = join(place, 'initrd')
  const archives = await Promise.all(machine.initrds.map((file) => readFile(file)))
  // an archive begins at a multiple of four, which boot loaders see to
  const padded = archives.flatMap((archive) => [archive, Buffer.alloc((4 - (archive.length % 4)) % 4)])
  await writeFile(initrd, Buffer.concat(padded))
  const [file = '', ...args] = command(machine, image, initrd, monitor)
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), machine.timeout)
  let output = ''
  let isOver = false
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString().replaceAll('\r', '')
    })
  child.stdin.on('error', () => {}) // the guest may have ended
  const { promise: ended, resolve, reject } = Promise.withResolvers<string>()
  child.on('error', reject)
  child.on('close', async () => {
    isOver = true
    clearTimeout(timer)
    await rm(place, { recursive: true, force: true })
    resolve(output)
  })
  ended.catch(() => {}) // who waits sees it
  return {
    pid: child.pid ?? 0,
    console: () => output,
    async shows(pattern, ms) {
      for (const end = Date.now() + ms; ; await sleep(50)) {
        const match = output.match(pattern)
        if (match) return match
        if (isOver || Date.now() > end)
          throw new Error(
            `${isOver ? 'the guest ended' : `after ${ms} ms`} without ${pattern}:\n${output.slice(-4000)}`,
          )
      }
    },
    type: (text) => void child.stdin.write(text),
    qmp: (name, values) => qmp(monitor, name, values),
    cable: (card, state) => qmp(monitor, 'set_link', { name: `net${card}`, up: state === 'plugged' }),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    ended,
  }
}
