import { execute, tool } from '../../engine/process.ts'
import { type Serving, type ServingOptions, startServing } from '../serving.ts'

/** A network namespace of one test, with nothing but its own loopback: what listens there meets nobody else. */
export type Space = {
  readonly name: string
  /** Arguments that lead a command into it. */
  readonly enter: readonly string[]
  /** Starts a server in it, which ends with the namespace. */
  start(command: readonly string[], options?: ServingOptions): Serving
  close(): Promise<void>
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
  const servers: Serving[] = []
  return {
    name,
    enter,
    start(command, options) {
      const server = startServing([...enter, ...command], options)
      servers.push(server)
      return server
    },
    async close() {
      for (const server of servers) await server.end()
      await execute('ip', ['netns', 'delete', name])
    },
  }
}
