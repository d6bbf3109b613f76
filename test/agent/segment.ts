import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../../engine/log.ts'
import { tool } from '../../engine/process.ts'
import { type Bond, type LabOptions, labDown, labStatus, labUp, runInLab } from '../../provisioner/lab/lab.ts'
import { bondOf, namespaceOf, switchPaths, tapOf } from '../../provisioner/lab/paths.ts'
import type { GuestCard } from './guest.ts'

// A network of a lab without its machines: a namespace without a way out, an LACP switch, a tap for each card of a guest.

/** A guest's place on the segment. */
export type SegmentNode = {
  readonly macs: readonly string[]
  /** Its ports form one LACP bond; otherwise they are plain ports. */
  readonly bonded: boolean
}

export type Segment = {
  readonly namespace: string
  /** The cards of a node, for `startGuest`. */
  cards(node: string, rest?: Pick<GuestCard, 'model' | 'isSpeedless'>): readonly GuestCard[]
  /** The switch's port of a node's bond, for `vsctl`. */
  port(node: string): string
  /** Runs a command inside the namespace; throws when it fails. */
  run(argv: readonly string[]): Promise<string>
  /** Starts a server inside the namespace; `close` ends it. What it says is collected in `heard`. */
  serve(argv: readonly string[]): ChildProcess
  /** `serve` for what waits for its server's words. */
  start(argv: readonly string[]): Pick<Segment, 'hears'>
  heard(): string
  /** Waits until a server has said it. */
  hears(pattern: RegExp, ms: number): Promise<RegExpMatchArray>
  /** Changes the switch, as ovs-vsctl(8) does. */
  vsctl(args: readonly string[]): Promise<string>
  /** The switch's side of a node's bond. */
  bond(node: string): Promise<Bond | undefined>
  close(): Promise<void>
}

/** Makes a segment; `address` (with its prefix) is the one of servers on it, at the switch's own port `br0`. */
export const openSegment = async (
  name: string,
  nodes: Readonly<Record<string, SegmentNode>>,
  address = '10.77.0.1/24',
): Promise<Segment> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-net-'))
  const options: LabOptions = {
    name: `${name}-${process.pid}`,
    directory: join(directory, 'lab'),
    address,
    acceleration: 'tcg',
    nodes: Object.entries(nodes).map(([node, { macs, bonded }]) => ({
      name: node,
      nics: macs.map((mac) => ({ mac, model: 'virtio' })),
      disks: [],
      memory: 64,
      cpus: 1,
      bonded,
    })),
  }
  const servers: ChildProcess[] = []
  let heard = ''
  const close = async () => {
    for (const server of servers) server.kill('SIGKILL')
    await labDown(options.directory, silentLog)
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await labUp(options, silentLog)
  } catch (thrown) {
    await close()
    throw thrown
  }
  const inside = (argv: readonly string[]): [string, string[]] => {
    const [file = '', ...args] = runInLab(options, argv)
    return [file, args]
  }
  const segment: Segment = {
    namespace: namespaceOf(options.name),
    cards: (node, rest = {}) => nodes[node]!.macs.map((mac, index) => ({ mac, tap: tapOf(node, index), ...rest })),
    port: bondOf,
    run: (argv) => tool(...inside(argv)),
    serve(argv) {
      const server = spawn(...inside(argv), { stdio: ['ignore', 'pipe', 'pipe'] })
      for (const stream of [server.stdout, server.stderr])
        stream.on('data', (chunk: Buffer) => {
          heard += chunk.toString()
        })
      servers.push(server)
      return server
    },
    start(argv) {
      segment.serve(argv)
      return segment
    },
    heard: () => heard,
    async hears(pattern, ms) {
      for (const end = Date.now() + ms; ; await sleep(50)) {
        const match = heard.match(pattern)
        if (match) return match
        if (Date.now() > end) throw new Error(`after ${ms} ms no ${pattern} in:\n${heard.slice(-4000)}`)
      }
    },
    vsctl: (args) =>
      tool(...inside(['ovs-vsctl', `--db=unix:${switchPaths(options.directory).socket}`, '--timeout=10', ...args])),
    bond: async (node) => (await labStatus(options.directory)).nodes.find((one) => one.name === node)?.bond,
    close,
  }
  return segment
}
