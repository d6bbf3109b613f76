import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, messageOf } from '../engine/failure.ts'
import { type BlobStore, fileBlobs } from './store/blobs.ts'
import { openDatabase } from './store/database.ts'
import { type EventStore, sqliteEvents } from './store/events.ts'
import { sqliteTokens, type TokenStore } from './store/tokens.ts'

export const defaultStateDirectory = '/var/lib/prelude'

/**
 * What the provisioner keeps, all below one directory. Others may pass through it to the files that dnsmasq serves, which
 * gives up root; every other directory in it has mode 0700.
 */
export type State = {
  readonly directory: string
  readonly blobs: BlobStore
  readonly events: EventStore
  readonly tokens: TokenStore
  close(): void
}

/** Opens the state directory and makes what is missing of it. Throws a Failure 'server.state' when it cannot be used. */
export const openState = async (directory: string, now: () => Date = () => new Date()): Promise<State> => {
  try {
    await mkdir(directory, { recursive: true, mode: 0o711 })
    await chmod(directory, 0o711)
    const database = openDatabase(join(directory, 'prelude.db'))
    return {
      directory,
      blobs: fileBlobs(join(directory, 'blobs')),
      events: sqliteEvents(database, now),
      tokens: sqliteTokens(database, now),
      close: () => database.close(),
    }
  } catch (cause) {
    throw new Failure('server.state', `the state directory ${directory} cannot be used: ${messageOf(cause)}`, {
      hint: 'name a directory that you may write with --state DIR or the variable prelude_state',
      cause,
    })
  }
}
