import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

/** One start of one node, from the boot script on. */
export type Boot = {
  readonly id: string
  /** When its script was asked for. */
  readonly created: string
  readonly node: string
  /** Lower case, with colons. */
  readonly mac: string
  /** Where the node speaks from once its network is up. */
  readonly address: string
  /** Image version: name@sha256:…. */
  readonly image: string
  /** Kernel release. */
  readonly kernel: string
}

export type OpenSession = {
  readonly id: string
  readonly node: string
  readonly boot: string
  readonly address: string
  readonly expires: string
  /** Until the boot was said to have ended. */
  readonly isBooting: boolean
}

/** Why a token opened nothing. */
export type TokenRefusal = 'unknown' | 'used' | 'expired' | 'address'

export type Spent =
  | { readonly session: OpenSession; readonly key: string }
  /** `boot` is known unless the token is wholly unknown. */
  | { readonly refused: TokenRefusal; readonly boot?: Boot }

/** How many boots of each node are kept. */
export const keptBoots = 50

/** Boots with their single-use tokens and sessions. Every implementation passes test/provisioner/store/tokens.contract.ts. */
export type TokenStore = {
  /** A new boot. Of each node its newest boots are kept, and the boot of its session. */
  begin(boot: Omit<Boot, 'id' | 'created'>): Promise<Boot>
  boot(id: string): Promise<Boot | undefined>
  /** Boots of a node (of all nodes), oldest first. */
  boots(filter?: { node?: string; since?: string }): Promise<readonly Boot[]>
  /**
   * A token for a boot, in place of the one issued before; only its hash is kept. undefined when the boot's token has
   * been used, or was issued `times` times already.
   */
  issue(boot: string, limits: { seconds: number; times: number }): Promise<string | undefined>
  /** Turns a token into a session, once, from the boot's own address. The node's former sessions end. */
  spend(token: string, address: string, seconds: number): Promise<Spent>
  /** The session that a key stands for; its end moves to `seconds` from now, `running` once its boot has ended. undefined: unknown or ended. */
  session(key: string, seconds: number, running?: number): Promise<OpenSession | undefined>
  /** The boot came to its end: its session is no longer booting, and its node's window closes. */
  end(boot: string): Promise<void>
  /** How many boots of a node had a token since one came to its end, of those that began at `since` or later. */
  attempts(node: string, since?: string): Promise<number>
  /** When the running system of a node last used its session; undefined while it boots, or once it has said that it stops. */
  running(node: string): Promise<Date | undefined>
  /** The running system of a boot says that it stops. Any later use of its session takes that back. */
  stop(boot: string): Promise<void>
  /** Lets a node begin a boot until then, where a site's policy asks for that. */
  openWindow(node: string, until: Date): Promise<void>
  window(node: string): Promise<Date | undefined>
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
const same = (one: Uint8Array, other: Uint8Array): boolean => timingSafeEqual(one, other)
/** `id.secret`: found by its id, so that the secret is compared in constant time and never looked up. */
const mint = (id: string): string => `${id}.${randomBytes(32).toString('base64url')}`
const idOf = (token: string): string => token.split('.', 1)[0] ?? ''

type TokenRow = { hash: Uint8Array; expires: string; issued: number; used: string | null }
type SessionRow = Omit<OpenSession, 'isBooting'> & { hash: Uint8Array; used: string }

export const sqliteTokens = (database: DatabaseSync, now: () => Date = () => new Date()): TokenStore => {
  const from = (seconds: number): string => new Date(now().getTime() + seconds * 1000).toISOString()
  const get = <T>(sql: string, ...values: (string | null)[]): T | undefined =>
    database.prepare(sql).get(...values) as T | undefined
  const findBoot = (id: string): Boot | undefined => {
    const row = get<Boot>('select * from boots where id = ?', id)
    return row && { ...row }
  }
  const findToken = (boot: string) => get<TokenRow>('select * from tokens where boot = ?', boot)

  const refusal = (token: string, boot: Boot | undefined, row: TokenRow | undefined, address: string) => {
    // A wrong secret says nothing about the boot that the token names, else anyone could raise its alarms.
    if (!boot || !row || !same(row.hash, hash(token))) return { refused: 'unknown' as const }
    if (row.used !== null) return { refused: 'used' as const, boot }
    if (row.expires <= now().toISOString()) return { refused: 'expired' as const, boot }
    if (boot.address !== address) return { refused: 'address' as const, boot }
    return undefined
  }

  const forget = (node: string): void => {
    const older = database.prepare(
      `select id from boots where node = ? and id not in (select boot from sessions) and id not in
         (select id from boots where node = ? order by created desc, rowid desc limit ?)`,
    )
    for (const { id } of older.all(node, node, keptBoots) as { id: string }[]) {
      for (const table of ['tokens', 'ended_boots', 'stopped_boots'])
        database.prepare(`delete from ${table} where boot = ?`).run(id)
      database.prepare('delete from boots where id = ?').run(id)
    }
  }

  return {
    async begin(given) {
      const boot: Boot = { id: randomBytes(16).toString('hex'), created: now().toISOString(), ...given }
      database
        .prepare('insert into boots (id, created, node, mac, address, image, kernel) values (?, ?, ?, ?, ?, ?, ?)')
        .run(boot.id, boot.created, boot.node, boot.mac, boot.address, boot.image, boot.kernel)
      forget(boot.node)
      return boot
    },
    boot: async (id) => findBoot(id),
    async boots({ node, since } = {}) {
      const one = node === undefined ? [] : [node]
      const rows = database
        .prepare(
          `select * from boots where ${one.length > 0 ? 'node = ? and ' : ''}created >= ? order by created, rowid`,
        )
        .all(...one, since ?? '')
      return (rows as Boot[]).map((row) => ({ ...row }))
    },
    async issue(boot, { seconds, times }) {
      const former = findToken(boot)
      if (former && (former.used !== null || former.issued >= times)) return undefined
      const token = mint(boot)
      database
        .prepare(
          `insert into tokens (boot, hash, expires, issued) values (?, ?, ?, 1)
           on conflict (boot) do update set hash = excluded.hash, expires = excluded.expires, issued = issued + 1`,
        )
        .run(boot, hash(token), from(seconds))
      return token
    },
    async spend(token, address, seconds) {
      const boot = findBoot(idOf(token))
      const refused = refusal(token, boot, boot && findToken(boot.id), address)
      if (refused) return refused
      const { id, node } = boot!
      const claimed = database.prepare('update tokens set used = ? where boot = ? and used is null')
      if (claimed.run(now().toISOString(), id).changes !== 1) return { refused: 'used', boot: boot! }
      database.prepare('delete from sessions where node = ?').run(node)
      const session: OpenSession = {
        id: randomBytes(16).toString('hex'),
        node,
        boot: id,
        address,
        expires: from(seconds),
        isBooting: true,
      }
      const key = mint(session.id)
      database
        .prepare('insert into sessions (id, hash, node, boot, address, expires, used) values (?, ?, ?, ?, ?, ?, ?)')
        .run(session.id, hash(key), node, id, address, session.expires, from(0))
      return { session, key }
    },
    async session(key, seconds, running = seconds) {
      const row = get<SessionRow>('select * from sessions where id = ?', idOf(key))
      if (!row || !same(row.hash, hash(key)) || row.expires <= now().toISOString()) return undefined
      const { id, node, boot, address } = row
      const isBooting = get('select boot from ended_boots where boot = ?', boot) === undefined
      const expires = from(isBooting ? seconds : running)
      database.prepare('update sessions set expires = ?, used = ? where id = ?').run(expires, from(0), id)
      database.prepare('delete from stopped_boots where boot = ?').run(boot)
      return { id, node, boot, address, expires, isBooting }
    },
    async end(boot) {
      const known = findBoot(boot)
      if (!known) return
      database.prepare('insert into ended_boots (boot) values (?) on conflict do nothing').run(boot)
      database.prepare('delete from windows where node = ?').run(known.node)
    },
    async attempts(node, since) {
      const row = get<{ count: number }>(
        `select count(*) as count from boots join tokens on tokens.boot = boots.id where node = ? and created >= ?
           and boots.rowid > coalesce((select max(boots.rowid) from boots join ended_boots on boot = id where node = ?), 0)`,
        node,
        since ?? '',
        node,
      )
      return row?.count ?? 0
    },
    async running(node) {
      const row = get<{ used: string }>(
        `select max(used) as used from sessions where node = ? and boot in (select boot from ended_boots)
           and boot not in (select boot from stopped_boots) having count(*) > 0`,
        node,
      )
      return row && new Date(row.used)
    },
    async stop(boot) {
      if (findBoot(boot))
        database.prepare('insert into stopped_boots (boot) values (?) on conflict do nothing').run(boot)
    },
    async openWindow(node, until) {
      database
        .prepare(
          'insert into windows (node, until) values (?, ?) on conflict (node) do update set until = excluded.until',
        )
        .run(node, until.toISOString())
    },
    async window(node) {
      const row = get<{ until: string }>('select until from windows where node = ?', node)
      return row && new Date(row.until)
    },
  }
}
