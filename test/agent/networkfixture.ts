import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tool } from '../../engine/process.ts'
import { type ServerIdentity, serverIdentity } from '../../provisioner/tls/authority.ts'
import type { BootEvent, BootManifest, NodeNetwork } from '../../schema/types.ts'
import { busyboxInit } from './checks.ts'
import { type Machine, type RunningGuest, startGuest } from './guest.ts'
import { makeFurtherInitrd, makeInitrd } from './initrd.ts'
import { openSegment, type Segment, type SegmentNode } from './segment.ts'

// A segment with a provisioner that takes sessions and events, and guests that do on it what a test tells them.

const root = join(import.meta.dirname, '..', '..')

export const server4 = '10.77.0.1'
export const server6 = 'fd77::1'

export type NetworkNode = RunningGuest & {
  /** Runs a command in the guest; returns what it wrote. */
  ask(command: string, ms?: number): Promise<string>
  /** Starts a boot with one of its manifests, in place of the one before. Returns when it began, on the test's clock. */
  begin(manifest: string): Promise<number>
  /** What the agent reported so far. */
  events(): readonly BootEvent[]
  /** Waits for an event after `from`. */
  reports(pick: (event: BootEvent) => boolean, ms: number, from?: number): Promise<BootEvent>
}

export type NetworkLab = {
  readonly segment: Segment
  boot(
    node: string,
    manifests: Readonly<Record<string, { networks: readonly NodeNetwork[]; server?: string }>>,
    /** `modules` are loaded at the start; `files` are there beside the manifests. */
    machine?: Partial<Machine> & { readonly modules?: string; readonly files?: Readonly<Record<string, string>> },
  ): Promise<NetworkNode>
  close(): Promise<void>
}

const manifestOf = (
  node: string,
  name: string,
  networks: readonly NodeNetwork[],
  server: string,
  ca: string,
): BootManifest => {
  const host = server.includes(':') ? `[${server}]` : server
  return {
    version: 1,
    node,
    boot: name,
    token: 'token',
    servers: [{ https: `https://${host}:9874`, http: `http://${host}:9873` }],
    ca,
    image: { name: 'image', digest: `sha256:${'0'.repeat(64)}`, size: 1, format: 'squashfs' },
    root: { type: 'image' },
    network: [...networks],
  }
}

const nodeOf = (node: string, guest: RunningGuest, segment: Segment): NetworkNode => {
  let asked = 0
  const events = () =>
    [...segment.heard().matchAll(/^event (\S+) (\{.*\})$/gm)]
      .filter(([, name]) => name === node)
      .map(([, , json = '']) => JSON.parse(json) as BootEvent)
  const ask = async (command: string, ms = 60_000) => {
    const mark = `${node}${++asked}`
    guest.type(`echo "<$((1))${mark}[$(${command} 2>&1)]${mark}>"\n`)
    const [, text = ''] = await guest.shows(new RegExp(`<1${mark}\\[([\\s\\S]*?)\\]${mark}>`), ms)
    return text.trim()
  }
  return {
    ...guest,
    ask,
    async begin(manifest) {
      const started = Date.now()
      guest.type(`agent ${manifest}\n`)
      await guest.shows(new RegExp(`boot ${manifest}\\b`), 20_000)
      return started
    },
    events,
    async reports(pick, ms, from = 0) {
      for (const end = Date.now() + ms; ; await sleep(50)) {
        const found = events().slice(from).find(pick)
        if (found) return found
        if (Date.now() > end)
          throw new Error(
            `${node}: after ${ms} ms no such event in:\n${events()
              .map((event) => JSON.stringify(event))
              .join('\n')}\n${guest.console().slice(-4000)}`,
          )
      }
    },
  }
}

/** Opens a lab of nodes; each is a guest once `boot` was called. */
export const openNetworkLab = async (
  name: string,
  nodes: Readonly<Record<string, SegmentNode>>,
): Promise<NetworkLab> => {
  await tool(join(root, 'scripts/launch'), ['agent', '--version'])
  const work = await mkdtemp('/var/tmp/prelude-network-')
  const guests: RunningGuest[] = []
  let segment: Segment | undefined
  const close = async () => {
    for (const guest of guests) await guest.kill()
    await segment?.close()
    await rm(work, { recursive: true, force: true })
  }
  try {
    const open = await openSegment(name, nodes, `${server4}/24`)
    segment = open
    await open.run(['ip', 'address', 'add', `${server6}/64`, 'dev', 'br0', 'nodad'])
    const identity: ServerIdentity = await serverIdentity(join(work, 'identity'), [server4, server6])
    await writeFile(join(work, 'identity.json'), JSON.stringify(identity), { mode: 0o600 })
    open.serve([process.execPath, join(import.meta.dirname, 'provisioner.serve.ts'), join(work, 'identity.json')])
    await open.hears(/provisioner listens/, 20_000)
    const rules = ['75-net-description.rules', '80-net-setup-link.rules'].map((file) => `/usr/lib/udev/rules.d/${file}`)
    const copied = [...rules, '/usr/lib/systemd/network/99-default.link']
    const files = await Promise.all(copied.map(async (file) => [file, await readFile(file, 'utf8')] as const))
    const initrd = await makeInitrd(
      {
        programs: ['busybox', 'ip', 'modprobe', 'mount', 'umount', 'udevadm', '/usr/lib/systemd/systemd-udevd'],
        modules: ['virtio_pci', 'virtio_net', 'e1000', 'bonding', '8021q', 'af_packet', 'nfsv4', 'overlay'],
        files: {
          '/init': await busyboxInit(await readFile(join(import.meta.dirname, 'network.guest.sh'), 'utf8')),
          ...Object.fromEntries(files),
        },
      },
      work,
    )
    return {
      segment: open,
      async boot(node, manifests, { modules = '', files: further = {}, ...machine } = {}) {
        const shown = Object.entries(manifests).map(
          ([manifest, { networks, server = server4 }]) =>
            [
              `/prelude/${manifest}.json`,
              JSON.stringify(manifestOf(node, manifest, networks, server, identity.ca)),
            ] as const,
        )
        const own = await makeFurtherInitrd({ ...further, ...Object.fromEntries(shown) }, work, `initrd.${node}`)
        const guest = await startGuest({
          namespace: open.namespace,
          memory: 768,
          cpus: 1,
          timeout: 15 * 60_000,
          ...machine,
          cards: machine.cards ?? open.cards(node),
          args: `modules=${modules} ${machine.args ?? ''}`,
          initrds: [initrd, own],
        })
        guests.push(guest)
        await guest.shows(/ready for commands/, 300_000)
        return nodeOf(node, guest, open)
      },
      close,
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}
