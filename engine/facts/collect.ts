import { randomBytes } from 'node:crypto'
import { Command, sh } from '../command.ts'
import type { Connection } from '../connections/connection.ts'
import { fromPlain, type Value } from '../vars/value.ts'
import { families } from './families.ts'
import type { Family } from './family.ts'

const byFact: ReadonlyMap<string, Family> = new Map(
  families.flatMap((family) => family.facts.map((fact) => [fact, family] as const)),
)

/** Every fact that has a fixed name, and the family that gives it. Interfaces give one more each, by their own names. */
export const factNames: ReadonlyMap<string, string> = new Map([...byFact].map(([fact, family]) => [fact, family.name]))

export type CollectOptions = {
  /** Directory of the site's own facts, /etc/ansible/facts.d without it. */
  readonly factPath?: string | undefined
  /** Seconds that a file system may take to tell its size; 10 without it. */
  readonly timeout?: number | undefined
}

/** One script for all families: each in a subshell of its own, the mark between them. */
const scriptOf = (chosen: readonly Family[], mark: string, { factPath, timeout }: CollectOptions): Command => {
  const place = factPath === undefined ? sh`` : sh`fact_path=${factPath}\n`
  const limit = timeout === undefined || timeout <= 0 ? sh`` : sh`gather_timeout=${timeout}\n`
  return new Command(
    place.text +
      limit.text +
      chosen.map(({ command }) => `(${command.text}\n) 2>/dev/null </dev/null\necho; echo ${mark}\n`).join(''),
  )
}

const parsed = (family: Family, output: string): [string, Value][] =>
  Object.entries(family.parse(output)).map(([name, data]) => [name, fromPlain(data)])

/**
 * Collects facts in one round trip. Names stand without `ansible_`; the result holds everything that the families of
 * the named facts give (`os_family` brings `distribution`), so that it can be kept. A name that no family claims is
 * taken for an interface's. What a host does not have is absent.
 * Throws only when the host is lost.
 */
export const collectFacts = async (
  connection: Connection,
  names: ReadonlySet<string> | 'all',
  options: CollectOptions = {},
): Promise<Map<string, Value>> => {
  const interfaces = byFact.get('interfaces')
  const asked = names === 'all' ? undefined : new Set([...names].map((name) => byFact.get(name) ?? interfaces))
  const chosen = families.filter((family) => asked?.has(family) ?? true)
  if (chosen.length === 0) return new Map()
  const mark = randomBytes(12).toString('hex')
  const { stdout } = await connection.run(scriptOf(chosen, mark, options))
  const outputs = stdout.toString().split(`\n${mark}\n`)
  return new Map(chosen.flatMap((family, index) => parsed(family, outputs[index] ?? '')))
}
