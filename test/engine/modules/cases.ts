import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import { Failure } from '../../../engine/failure.ts'
import type { Module } from '../../../engine/modules/module.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { type ModuleRun, runModule } from '../../../engine/modules/runmodule.ts'
import { fromPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import { type CaseFiles, checkFiles, checkUntouched, snapshot, writeFiles } from './casefiles.ts'
import { moduleHost } from './modulehost.ts'

/**
 * One module, one situation. `$ROOT` in any text is a fresh directory on the host, `$ROLE` a role's directory on the
 * controller. Every case is run in check mode (which must touch nothing), for real, and once more (which must change nothing).
 */
export type Case = {
  readonly name: string
  /** Files on the host, relative to `$ROOT`. */
  readonly before?: CaseFiles
  /** Files on the controller: `files/motd`, `templates/hosts.j2`. */
  readonly role?: CaseFiles
  readonly facts?: Readonly<Record<string, unknown>>
  /** Environment of the commands on the host, as the keyword sets it. */
  readonly environment?: Readonly<Record<string, string>>
  /** Variables of templates. */
  readonly vars?: Readonly<Record<string, unknown>>
  /** Commands that prepare `$ROOT` (its working directory) further. */
  readonly prepare?: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly changed?: boolean
  /** Part of the result; `{"matches": "…"}` stands for a text by its regular expression. */
  readonly result?: Readonly<Record<string, unknown>>
  /** Texts that the diffs hold before and after. */
  readonly diff?: { readonly before: string; readonly after: string }
  /** Files on the host afterwards; those that are not named do not matter. */
  readonly after?: CaseFiles
  /** What a second run reports; false unless told. null: no second run. */
  readonly again?: boolean | null
  /** How often the second run asks the host. */
  readonly trips?: number
  /** What check mode reports; like `changed` unless told. */
  readonly check?: boolean | 'skipped' | 'failed'
  /** A regular expression of the failure's message and hint; nothing is changed then. */
  readonly fails?: string
  /** Why ansible-core does otherwise, where it does on purpose or by mistake. */
  readonly differs?: string
}

export const replaced = <T>(data: T, root: string, role: string): T => {
  if (typeof data === 'string') return data.replaceAll('$ROOT', root).replaceAll('$ROLE', role) as T
  if (Array.isArray(data)) return data.map((item) => replaced(item, root, role)) as T
  if (data === null || typeof data !== 'object') return data
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [replaced(key, root, role), replaced(value, root, role)]),
  ) as T
}

const isPattern = (expected: unknown): expected is { readonly matches: string } =>
  expected !== null && typeof expected === 'object' && Object.keys(expected).join() === 'matches'

/** Whether `expected` is a part of `actual`: dictionaries may hold more, `{matches}` is a regular expression. */
export const checkPart = (actual: unknown, expected: unknown, where: string): void => {
  if (isPattern(expected)) {
    assert.match(String(actual), new RegExp(expected.matches, 's'), where)
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${where} is a list, not ${JSON.stringify(actual)}`)
    assert.is((actual as unknown[]).length, expected.length, `length of ${where}: ${JSON.stringify(actual)}`)
    expected.forEach((item, index) => {
      checkPart((actual as unknown[])[index], item, `${where}[${index}]`)
    })
  } else if (expected !== null && typeof expected === 'object') {
    assert.ok(actual !== null && typeof actual === 'object', `${where} is a dictionary, not ${JSON.stringify(actual)}`)
    for (const [key, value] of Object.entries(expected)) {
      checkPart((actual as Record<string, unknown>)[key], value, `${where}.${key}`)
    }
  } else {
    assert.equal(actual, expected, where)
  }
}

export type Place = { readonly root: string; readonly role: string; readonly remove: () => void }

export const prepare = (one: Case): Place => {
  const base = mkdtempSync(join(tmpdir(), 'prelude-case-'))
  const place = { root: join(base, 'root'), role: join(base, 'role'), remove: () => rmSync(base, { recursive: true }) }
  for (const directory of [place.root, place.role]) mkdirSync(directory)
  writeFiles(place.root, replaced(one.before, place.root, place.role))
  writeFiles(place.role, replaced(one.role, place.root, place.role))
  if (one.prepare) execFileSync('/bin/sh', ['-ec', replaced(one.prepare, place.root, place.role)], { cwd: place.root })
  return place
}

export const start = async <P>(
  module: Module<P>,
  one: Case,
  { root, role }: Place,
  connection: Connection,
  check: boolean,
): Promise<ModuleRun> => {
  const host = moduleHost({
    connection,
    check,
    role,
    facts: one.facts ?? {},
    vars: one.vars ?? {},
    environment: replaced(one.environment ?? {}, root, role),
  })
  const given = fromPlain(replaced(one.parameters, root, role)) as Map<string, never>
  return runModule(module, host, readParameters<P>(module.schema, given, host.at, module.name))
}

/** A connection that counts how often it is asked. */
const countTrips = (connection: Connection): { connection: Connection; trips: () => number } => {
  let count = 0
  const counted =
    <A extends unknown[], R>(ask: (...args: A) => R) =>
    (...args: A): R => {
      count += 1
      return ask(...args)
    }
  const { run, read, write, stat, open, makeDirectories } = connection
  const asked = {
    run: counted(run),
    read: counted(read),
    write: counted(write),
    stat: counted(stat),
    open: counted(open),
    makeDirectories: counted(makeDirectories),
  }
  return { connection: { ...connection, ...asked }, trips: () => count }
}

const failureText = (thrown: unknown): string => {
  if (!(thrown instanceof Failure)) throw thrown
  return [thrown, ...thrown.others].map(({ message, hint }) => `${message} (${hint})`).join('\n')
}

const checkFailure = async <P>(module: Module<P>, one: Case, place: Place, connection: Connection) => {
  // A temporary file may have come and gone, which a directory's time shows.
  const before = snapshot(place.root, false)
  const text = await start(module, one, place, connection, false).then(
    ({ result, failure }) => {
      assert.is(result.failed, true, `${one.name} fails: ${JSON.stringify(result)}`)
      return failure ? failureText(failure) : String(result.msg)
    },
    (thrown) => failureText(thrown),
  )
  assert.match(text, new RegExp(one.fails ?? '', 's'))
  checkUntouched(snapshot(place.root, false), before, 'a failure changes nothing')
}

const checkRun = async <P>(module: Module<P>, one: Case, place: Place, connection: Connection) => {
  const changed = one.changed ?? true
  const before = snapshot(place.root)
  const tried = await start(module, one, place, connection, true)
  checkUntouched(snapshot(place.root), before, 'check mode touches nothing')
  const expected = one.check ?? changed
  if (expected === 'skipped') assert.is(tried.result.skipped, true, 'check mode skips')
  else if (expected === 'failed') assert.is(tried.result.failed, true, 'check mode fails')
  else {
    assert.is(tried.result.failed ?? false, false, `check mode failed: ${tried.result.msg}`)
    assert.is(tried.changed, expected, `changed in check mode: ${tried.changes.join('; ')}`)
  }

  const run = await start(module, one, place, connection, false)
  assert.is(run.result.failed ?? false, false, `failed: ${run.result.msg}`)
  assert.is(run.changed, changed, `changed: ${run.changes.join('; ')}`)
  if (!changed) checkUntouched(snapshot(place.root), before, 'nothing is touched when nothing is changed')
  checkPart(run.result, replaced(one.result ?? {}, place.root, place.role), 'result')
  checkFiles(place.root, replaced(one.after, place.root, place.role))
  if (one.diff) {
    const wanted = replaced(one.diff, place.root, place.role)
    assert.is(run.diffs.map((diff) => diff.before).join(''), wanted.before, 'diff before')
    assert.is(run.diffs.map((diff) => diff.after).join(''), wanted.after, 'diff after')
    assert.equal(tried.diffs, run.diffs, 'check mode shows the same diff')
  }

  if (one.again === null) return
  const counted = countTrips(connection)
  const again = await start(module, one, place, counted.connection, false)
  if (one.trips !== undefined) assert.is(counted.trips(), one.trips, 'round trips of an unchanged run')
  assert.is(again.result.failed ?? false, false, `failed when run again: ${again.result.msg}`)
  assert.is(again.changed, one.again ?? false, `changed when run again: ${again.changes.join('; ')}`)
}

/** The cases of `MODULE.json` beside this file; `names` are further words like `$ROOT` and what they stand for. */
export const casesOf = (module: string, names: Readonly<Record<string, string>> = {}): readonly Case[] => {
  const text = readFileSync(join(import.meta.dirname, `${module}.json`), 'utf8')
  return JSON.parse(text.replace(/\$[A-Z]+/g, (name) => names[name] ?? name))
}

/** Runs one case over a connection, in directories of its own that the connection sees by the same names. */
export const checkCase = async <P>(module: Module<P>, one: Case, connection: Connection): Promise<void> => {
  const place = prepare(one)
  try {
    await (one.fails === undefined ? checkRun : checkFailure)(module, one, place, connection)
  } finally {
    place.remove()
  }
}

/** Runs the cases of a module (of `MODULE.json` beside this file) over the local connection, each in directories of its own. */
export const runCases = <P>(
  module: Module<P>,
  cases: readonly Case[] = casesOf(module.name),
  timeout?: number,
): void => {
  const test = suite(module.name)
  let connection: Connection
  test.before(async () => {
    connection = await openLocal()
  })
  test.after(() => connection.close())
  for (const one of cases) test(one.name, () => checkCase(module, one, connection), timeout)
  test.run()
}
