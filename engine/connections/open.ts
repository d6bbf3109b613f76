import { Failure } from '../failure.ts'
import { suggest } from '../nearest.ts'
import type { Connection, ConnectionOptions } from './connection.ts'

type Open = (options: ConnectionOptions) => Promise<Connection>

// Each kind is loaded when it is first wanted: a local run pays nothing for ssh.
const kinds: Readonly<Record<string, Open>> = {
  local: async () => (await import('./local.ts')).openLocal(),
  async image(options) {
    const { host, root, bootstrap } = options
    if (!root) {
      throw new Failure('connection.image', `no directory is known for the tree of ${host}`, { hint: 'set image_root' })
    }
    if (bootstrap) await (await import('./bootstrap.ts')).ensureRoot(root, bootstrap)
    return (await import('./image.ts')).openImage({ root, name: host })
  },
  ssh: async (options) => (await import('./ssh.ts')).openSsh(options),
  openssh: async (options) => (await import('./openssh.ts')).openOpenssh(options),
}

/** Opens a connection of a kind as `ansible_connection` names it. Throws a Failure when there is no such kind or host. */
export const openConnection = async (kind: string, options: ConnectionOptions): Promise<Connection> => {
  const open = kinds[kind]
  if (open) return open(options)
  throw new Failure('connection.kind', `there is no connection '${kind}'`, { hint: suggest(kind, Object.keys(kinds)) })
}
