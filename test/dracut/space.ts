import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { execute, tool } from '../../engine/process.ts'

/** A network namespace of one test, with nothing but its own loopback: what listens there meets nobody else. */
export type Space = {
  readonly name: string
  /** Arguments that lead a command into it. */
  readonly enter: readonly string[]
  /** Starts a server in it, which ends with the namespace. */
  start(command: readonly string[], options?: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv }): Server
  close(): Promise<void>
}

export type Server = {
  said(): string
  /** Waits until the server has said it. */
  hears(pattern: RegExp, ms: number): Promise<void>
}

/** QEMU's network of one guest: it sees the namespace's 127.0.0.1 as 10.0.2.2. */
export const userNetwork = (mac: string): string[] => [
  ...['-netdev', 'user,id=user0', '-device', `virtio-net-pci,netdev=user0,mac=${mac},romfile=`],
]

export const openSpace = async (): Promise<Space> => {
  const name = `dracut-${process.pid}`
  await tool('ip', ['netns', 'add', name])
  const enter = ['ip', 'netns', 'exec', name]
  await tool('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
  const children: ChildProcess[] = []
  return {
    name,
    enter,
    start([file = '', ...args], options = {}) {
      const child = spawn('ip', ['netns', 'exec', name, file, ...args], {
        ...options,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      children.push(child)
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => {
          output += chunk.toString()
        })
      return {
        said: () => output,
        async hears(pattern, ms) {
          for (const end = Date.now() + ms; !pattern.test(output); await sleep(50))
            if (Date.now() > end) throw new Error(`after ${ms} ms ${file} has not said ${pattern}:\n${output}`)
        },
      }
    },
    async close() {
      for (const child of children) {
        const gone = new Promise((resolve) => child.once('close', resolve))
        if (child.exitCode !== null || child.signalCode !== null) continue
        child.kill('SIGTERM')
        await Promise.race([gone, sleep(10_000).then(() => child.kill('SIGKILL'))])
      }
      await execute('ip', ['netns', 'delete', name])
    },
  }
}
