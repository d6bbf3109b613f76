import type { DatabaseSync } from 'node:sqlite'
import type { BootEvent } from '../../schema/types.ts'

/** One line of a site's history: what an agent reported, what the server did for a boot, or an alarm. */
export type Entry = {
  /** Grows with each entry. */
  readonly id: number
  /** The server's clock. */
  readonly received: string
  readonly node: string
  readonly boot?: string
} & (
  | { readonly kind: 'event'; readonly event: BootEvent }
  | { readonly kind: 'server' | 'alarm'; readonly message: string; readonly address?: string }
)

export type Note = {
  readonly kind: 'server' | 'alarm'
  readonly node: string
  readonly boot?: string
  readonly message: string
  readonly address?: string
}

export type EntryFilter = {
  readonly node?: string
  readonly boot?: string
  /** Only entries that belong to no boot. */
  readonly others?: boolean
  /** Entries with a greater id only. */
  readonly after?: number
  /** The last so many. */
  readonly limit?: number
}

/** What is kept of each node: entries of the boots last heard of, and the last entries that belong to none. */
export const kept = { boots: 50, others: 200 } as const

/** The history of all boots; of each node, what `kept` says. Every implementation passes test/provisioner/store/events.contract.ts. */
export type EventStore = {
  /** Stores what is new of an agent's events (an event is known by boot and sequence) and returns it. */
  add(events: readonly BootEvent[]): Promise<readonly Entry[]>
  note(note: Note): Promise<Entry>
  /** In the order in which they were stored. */
  list(filter?: EntryFilter): Promise<readonly Entry[]>
  /** Calls the listener with each entry that this process stores from now on; the answer ends it. */
  subscribe(listener: (entry: Entry) => void): () => void
}

type Row = { id: number; received: string; kind: string; node: string; boot: string | null; body: string }

const toEntry = (row: Row): Entry =>
  ({
    id: row.id,
    received: row.received,
    kind: row.kind,
    node: row.node,
    ...(row.boot === null ? {} : { boot: row.boot }),
    ...(row.kind === 'event' ? { event: JSON.parse(row.body) } : JSON.parse(row.body)),
  }) as Entry

export const sqliteEvents = (database: DatabaseSync, now: () => Date = () => new Date()): EventStore => {
  const listeners = new Set<(entry: Entry) => void>()
  const insert = database.prepare(
    `insert into entries (received, kind, node, boot, sequence, body) values (?, ?, ?, ?, ?, ?)
     on conflict do nothing returning *`,
  )
  const ofOlderBoots = database.prepare(
    `delete from entries where node = ? and boot is not null and boot not in
       (select boot from entries where node = ? and boot is not null group by boot order by max(id) desc limit ?)`,
  )
  const older = database.prepare(
    `delete from entries where node = ? and boot is null and id not in
       (select id from entries where node = ? and boot is null order by id desc limit ?)`,
  )
  const store = (
    kind: Entry['kind'],
    node: string,
    boot: string | undefined,
    sequence: number | null,
    body: unknown,
  ) => {
    const row = insert.get(now().toISOString(), kind, node, boot ?? null, sequence, JSON.stringify(body))
    return row ? toEntry(row as Row) : undefined
  }
  const prune = (node: string) => {
    ofOlderBoots.run(node, node, kept.boots)
    older.run(node, node, kept.others)
  }
  const tell = (entries: readonly Entry[]) => {
    for (const entry of entries) for (const listener of listeners) listener(entry)
  }

  return {
    async add(events) {
      const stored: Entry[] = []
      database.exec('begin immediate')
      try {
        for (const event of events) {
          const entry = store('event', event.node, event.boot, event.sequence, event)
          if (entry) stored.push(entry)
        }
        database.exec('commit')
      } catch (thrown) {
        database.exec('rollback')
        throw thrown
      }
      tell(stored)
      return stored
    },
    async note({ kind, node, boot, ...body }) {
      const entry = store(kind, node, boot, null, body)!
      prune(node) // every boot begins with a note
      tell([entry])
      return entry
    },
    async list({ node, boot, others = false, after = 0, limit = 10_000 } = {}) {
      // only what is asked for stands in the query: an index serves it then
      const asked = { node, boot, id: after > 0 ? after : undefined }
      const conditions = [
        ...(node === undefined ? [] : ['node = :node']),
        ...(boot === undefined ? [] : ['boot = :boot']),
        ...(others ? ['boot is null'] : []),
        ...(after > 0 ? ['id > :id'] : []),
      ]
      const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
      const values = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
      const rows = database
        .prepare(`select * from (select * from entries ${where} order by id desc limit :limit) order by id`)
        .all({ ...values, limit } as Record<string, string | number>)
      return (rows as Row[]).map(toEntry)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
