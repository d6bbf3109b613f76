import type { Connection } from '../connections/connection.ts'
import { Failure } from '../failure.ts'

export type LazyOptions = {
  readonly kind: string
  readonly name: string
  readonly open: () => Promise<Connection>
  /** Called when the host was lost: the next use opens anew. */
  readonly forget: () => Promise<void>
}

/** A connection that is opened by its first use, and anew after the host was lost. Closing it is the business of who opens it. */
export const lazyConnection = ({ kind, name, open, forget }: LazyOptions): Connection => {
  let opened: Promise<Connection> | undefined
  const use = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    opened ??= open()
    try {
      return await work(await opened)
    } catch (thrown) {
      if (thrown instanceof Failure && thrown.code.startsWith('connection.') && thrown.code !== 'connection.timeout') {
        opened = undefined
        if (thrown.code === 'connection.unreachable') await forget()
      }
      throw thrown
    }
  }
  return {
    kind,
    name,
    run: (command, options) => use((connection) => connection.run(command, options)),
    read: (path) => use((connection) => connection.read(path)),
    write: (path, content, options) => use((connection) => connection.write(path, content, options)),
    stat: (path, options) => use((connection) => connection.stat(path, options)),
    open: (path, within) => use((connection) => connection.open(path, within)),
    makeDirectories: (paths, mode, within) => use((connection) => connection.makeDirectories(paths, mode, within)),
    as: (become) =>
      lazyConnection({ kind, name, forget, open: () => use(async (connection) => connection.as(become)) }),
    close: async () => {},
  }
}
