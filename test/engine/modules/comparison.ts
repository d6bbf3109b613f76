import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import type { Result } from '../../../engine/modules/module.ts'
import { findModule } from '../../../engine/modules/registry.ts'
import { tool } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'
import { type Case, casesOf, type Place, prepare, replaced, start } from './cases.ts'
import type { Modules } from './comparisons.ts'
import { changesOf, treeOf } from './trees.ts'

const at = { file: 'oracle', line: 1, column: 1 }

type Entry = {
  readonly collection: string
  readonly module: string
  readonly one: Case
  readonly ours: Place
  readonly theirs: Place
}

/** Module arguments as a playbook has them; files of the role are named by their whole paths. */
const taskOf = ({ collection, module, one, theirs: { root, role } }: Entry, check: boolean) => {
  const { _raw_params: free, ...given } = replaced(one.parameters, root, role) as Record<string, unknown>
  const kind = module === 'template' ? 'templates' : 'files'
  const { src } = given
  const isOfRole = one.role && typeof src === 'string' && !src.startsWith('/') && !src.includes('://')
  const whole = (name: string) => join(role, kind, name) + (name.endsWith('/') ? '/' : '')
  const cmd = module === 'script' && one.role ? { cmd: join(role, 'files', String(given['cmd'] ?? free)) } : {}
  const args = { ...given, ...(isOfRole ? { src: whole(src) } : {}), ...cmd }
  const environment = replaced(one.environment ?? {}, root, role)
  return {
    [`${collection}.${module}`]: free === undefined || 'cmd' in cmd ? args : free,
    ...(free === undefined || 'cmd' in cmd ? {} : { args }),
    check_mode: check,
    ignore_errors: true,
    environment,
    vars: one.vars ?? {},
  }
}

/** Each task in check mode, for real, and again; what fails is tried once. */
const modesOf = (one: Case): boolean[] => (one.fails === undefined ? [true, false, false] : [false])

/** Runs all tasks in one play; returns their results. */
const runAnsible = async (
  entries: readonly Entry[],
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<Result[][]> => {
  const tasks = entries.flatMap((entry) => modesOf(entry.one).map((check) => taskOf(entry, check)))
  const registered = tasks.map((task, index) => ({ ...task, register: `result${index}` }))
  const all = registered.map(({ register }) => register).join(', ')
  const report = { 'ansible.builtin.copy': { content: `{{ [${all}] | to_json }}`, dest: join(directory, 'results') } }
  const play = { hosts: 'testhost', connection: 'local', gather_facts: false, tasks: [...registered, report] }
  writeFileSync(join(directory, 'play.json'), JSON.stringify([play]))
  writeFileSync(join(directory, 'hosts'), 'testhost ansible_python_interpreter=/usr/bin/python3\n')
  const env = { ...process.env, ANSIBLE_PIPELINING: 'true', LC_ALL: 'C.UTF-8', ...environment }
  await tool('ansible-playbook', ['-i', 'hosts', 'play.json'], { cwd: directory, env })
  const results: Result[] = JSON.parse(readFileSync(join(directory, 'results'), 'utf8'))
  return entries.map(({ one }) => results.splice(0, modesOf(one).length))
}

const keys = [
  ...['rc', 'stdout', 'stdout_lines', 'stderr', 'checksum', 'dest', 'path', 'mode', 'owner', 'group'],
  ...['uid', 'gid', 'size', 'state', 'found', 'matched', 'content', 'encoding', 'source', 'status', 'location'],
  ...['handler', 'remote_url_changed', 'skipped', 'exists', 'isreg', 'isdir', 'islnk', 'nlink', 'pw_name', 'gr_name'],
  ...['lnk_source', 'lnk_target', 'readable', 'writeable', 'executable', 'mimetype', 'charset', 'attr_flags', 'blocks'],
  ...['block_size', 'device_type', 'disk', 'partitions', 'rusr', 'xoth', 'isuid', 'isgid'],
]

/** The values of a result that two runs on different places have in common. */
const told = (result: Result, { root, role }: Place, names: readonly string[]): unknown => {
  const { stat = {}, ...rest } = result as Result & { stat?: Record<string, unknown> }
  const all: Record<string, unknown> = { ...rest, ...stat }
  const chosen = Object.fromEntries(names.map((name) => [name, all[name] ?? null]))
  const text = JSON.stringify(chosen).replaceAll(root, '$ROOT').replaceAll(role, '$ROLE')
  // How long rsync took, and how it packed its list of files, is chance.
  return JSON.parse(text.replace(/sent [\d,]+ bytes .*? bytes\/sec/g, 'sent'))
}

/** Keys that are chance, or a program's own: how small a packer packs, what a temporary file is called. */
const ownOf: Readonly<Record<string, string>> = { archive: 'size', tempfile: 'path' }

/** The keys that ansible-core returns of those that are to be compared. */
const keysOf = (module: string, result: Result & { stat?: object }): string[] =>
  keys.filter((key) => (key in result || key in (result.stat ?? {})) && key !== ownOf[module])

/** What a run came to, in a word. */
export const outcome = ({ changed, failed, skipped }: Result): string =>
  failed ? (changed ? 'failed, changed' : 'failed') : skipped ? 'skipped' : changed ? 'changed' : 'ok'

/** What the failed ones of some runs say. */
export const failuresOf = (results: readonly Result[]): string[] =>
  results.filter(({ failed }) => failed).map(({ msg }) => String(msg))

export type Comparison = {
  /** Short names of modules by their collection; the cases are those of `MODULE.json`. */
  readonly modules: Modules
  /** Words of the cases like `$ROOT`, and what they stand for. */
  readonly words?: Readonly<Record<string, string>>
  /** Further environment of ansible-core. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The same tasks by ansible-core, on the same files: what it changes and leaves behind is what our modules have to. */
export const compareWithAnsible = (title: string, { modules, words = {}, environment = {} }: Comparison): void => {
  const test = suite(title)
  const directory = mkdtempSync(join(tmpdir(), 'prelude-oracle-'))
  const entries: Entry[] = Object.entries(modules).flatMap(([collection, names]) =>
    names.flatMap((module) =>
      casesOf(module, words).map((one) => ({ collection, module, one, ours: prepare(one), theirs: prepare(one) })),
    ),
  )
  const prepared = entries.map(({ ours, theirs: place }) => ({ ours: treeOf(ours.root), theirs: treeOf(place.root) }))
  let theirs: Result[][] = []
  let connection: Connection

  test.before(async () => {
    connection = await openLocal()
  })
  test.after(async () => {
    await connection.close()
    for (const place of entries.flatMap((entry) => [entry.ours, entry.theirs])) place.remove()
    rmSync(directory, { recursive: true })
  })

  test('ansible-core runs the tasks', async () => {
    theirs = await runAnsible(entries, directory, environment)
    assert.is(theirs.length, entries.length)
  }, 900_000)

  entries.forEach(({ module, one, ours, theirs: place }, index) => {
    const name = `${module}: ${one.name}`
    if (one.differs !== undefined) {
      test.skip(name, one.differs)
      return
    }
    test(name, async () => {
      const results = theirs[index] ?? []
      const said = results.map(({ msg }) => String(msg)).join(' | ')
      const unknown = /Unsupported parameters/.test(said) && one.fails === undefined
      assert.not(unknown, `the case needs 'differs': this ansible-core does not know the parameter: ${said}`)
      const runs: Result[] = []
      for (const check of modesOf(one)) {
        const run = start(findModule(module, at), one, ours, connection, check)
        runs.push(
          await run.then(
            ({ result }) => result,
            (thrown: Error) => ({ failed: true, msg: thrown.message }),
          ),
        )
      }
      if (one.fails === undefined) assert.equal(failuresOf(runs), [], "what fails although the case has no 'fails'")
      const found = runs.map(outcome)
      // Where its check mode gives up, ours may tell more.
      const expected = results.map(outcome)
      if (expected[0] === 'skipped' && expected[1] !== 'skipped') found[0] = 'skipped'
      assert.equal(found, expected, `check mode, run, again: ${said}`)
      if (one.fails !== undefined) {
        // numbers that modules give reasons of their own, others are those of programs; parameters that are refused have none
        const rc = results[0]?.rc
        if ((rc === 256 || rc === 257) && 'changed' in (runs[0] ?? {}))
          assert.is(runs[0]?.rc, rc, `rc of the failure: ${said}`)
        return
      }
      const { ours: mine, theirs: other } = prepared[index]!
      const made = changesOf(mine, treeOf(ours.root))
      assert.equal(made, changesOf(other, treeOf(place.root)), 'the files afterwards')
      const [, expectedRun = {}] = results
      const compared = keysOf(module, expectedRun)
      assert.equal(told(runs[1] ?? {}, ours, compared), told(expectedRun, place, compared), 'the result')
    })
  })

  test.run()
}
