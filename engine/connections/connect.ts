import { becoming } from './become.ts'
import type { Become, Connection } from './connection.ts'
import { makeDirectories, openFile, readFile, statOf, writeFile } from './files.ts'
import { createShells } from './shells.ts'
import type { Transport } from './transport.ts'

/** The shells of one user over a transport, and the files that this user can reach. */
const userOver = (transport: Transport, as: (become: Become) => Connection, close: () => Promise<void>) => {
  const shell = createShells(transport)
  const connection: Connection = {
    kind: transport.kind,
    name: transport.name,
    run: shell.run,
    read: (path) => readFile(connection, path),
    write: (path, content, options) => writeFile(connection, path, content, options),
    stat: (path, options) => statOf(connection, path, options),
    open: (path, within) => openFile(connection, path, within),
    makeDirectories: (paths, mode, within) => makeDirectories(connection, paths, mode, within),
    as,
    close,
  }
  return { shell, connection }
}

/** A connection over a transport: each user has shells of its own, opened when they are first needed. */
export const connectionOver = (transport: Transport): Connection => {
  const users = new Map<string, ReturnType<typeof userOver>>()
  const as = (become: Become): Connection => {
    const key = JSON.stringify([become.method, become.exe, become.flags, become.user, become.password])
    const known = users.get(key)
    if (known) return known.connection
    const user = userOver(becoming(transport, become), as, close)
    users.set(key, user)
    return user.connection
  }
  const close = async (): Promise<void> => {
    await Promise.all([login, ...users.values()].map((user) => user.shell.close()))
    await transport.close()
  }
  const login = userOver(transport, as, close)
  return login.connection
}
