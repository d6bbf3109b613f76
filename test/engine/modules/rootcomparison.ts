import * as assert from 'uvu/assert'
import type { Result } from '../../../engine/modules/module.ts'
import { findModule } from '../../../engine/modules/registry.ts'
import { suite } from '../../suite.ts'
import { failuresOf, outcome } from './comparison.ts'
import type { Modules } from './comparisons.ts'
import { openCaseRoot, type RootCase, type RootOptions, start } from './rootcases.ts'
import { checksOf, playInRoots } from './rootplay.ts'
import { rootSuite } from './rootsuites.ts'
import type { ScratchRoot } from './scratchroot.ts'
import { changesOf, type Tree, treeOfArchive } from './trees.ts'

const at = { file: 'oracle', line: 1, column: 1 }

/** Modules of Ansible that tell an image from a machine; of the others cases of images are left out. */
const knowImages: readonly string[] = ['service', 'systemd', 'sysvinit']

/** Keys of results whose values are chance, or a program's own words. */
const own = [
  ...['stdout', 'stderr', 'stdout_lines', 'stderr_lines', 'diff', 'warnings', 'deprecations', 'invocation'],
  ...['msg', 'changed', 'failed', 'backup_file', 'cache_update_time'],
]

/** The same of single modules, or what has another shape in later versions of theirs. */
const ownOf: Readonly<Record<string, readonly string[]>> = {
  at: ['script_file'],
  locale_gen: ['name'],
  pip: ['cmd'],
  service: ['status'],
  sysvinit: ['status'],
  user: ['ssh_fingerprint', 'ssh_public_key'],
}

/** What systemd tells of a unit, but for times and numbers of processes. */
const ofUnit = ['ActiveState', 'FragmentPath', 'Id', 'LoadState', 'SubState', 'UnitFileState']

/** What is compared of a value. */
const plain = (module: string, key: string, value: unknown): unknown => {
  if (module === 'systemd' && key === 'status' && value) {
    return ofUnit.map((name) => (value as Readonly<Record<string, unknown>>)[name])
  }
  // Packages in any order; how groups, modules and files are told is dnf's own.
  if (module === 'dnf' && key === 'results' && typeof (value as unknown[])[0] === 'string') {
    return (value as string[]).filter((line) => /^(?:Installed|Removed): \S+-\S+-\S+\.\w+$/.test(line)).sort()
  }
  return value ?? null
}

/** What is no part of a task: logs, locks, caches, what programs keep of the files before, and jobs of at, whose names are times. */
const byproducts = new RegExp(
  [
    '^(root|tmp|var)$|^root/\\.(?:ansible|gnupg|rpmdb)|^var/log|__pycache__|\\.pyc$',
    '^etc/\\.pwd\\.lock$|^etc/(?:passwd|shadow|group|gshadow)-$|^var/lib/dpkg/\\w+-old$|\\.(?:gpg|asc)~$|^var/spool/cron/atjobs/a',
  ].join('|'),
)

/** What a root holds, but for byproducts. */
const seenTree = async (root: ScratchRoot, ignore: RegExp | undefined): Promise<Tree> => {
  // as a line of a snapshot begins
  const line = (name: string, shown: string) => `./${name} ${shown.startsWith('directory') ? 'd' : '-'}`
  const tree = await treeOfArchive(root.archive())
  return new Map([...tree].filter(([name, { shown }]) => !byproducts.test(name) && !ignore?.test(line(name, shown))))
}

/** What one of both makes of a case: each run's result, the files that it changed, and what the case's commands print afterwards. */
type Outcome = {
  readonly results: readonly Result[]
  readonly files: readonly string[]
  readonly said: Readonly<Record<string, string>>
}

/** A root in which a case is to run. */
type Scene = { readonly root: ScratchRoot; readonly before: Tree }

const openScene = async (one: RootCase, options: RootOptions): Promise<Scene> => {
  const root = await openCaseRoot(one, options)
  return { root, before: await seenTree(root, options.ignore) }
}

const outcomeOf = async (
  { root, before }: Scene,
  one: RootCase,
  { ignore }: RootOptions,
  results: readonly Result[],
): Promise<Outcome> => {
  const files = changesOf(before, await seenTree(root, ignore))
  const commands = one.fails === undefined ? Object.keys(one.after ?? {}) : []
  const say = (command: string) => root.run(`{ ${command}\n} 2>&1 || echo "ended with $?"`)
  return { results, files, said: Object.fromEntries(commands.map((command) => [command, say(command)])) }
}

const byAnsible = async (
  module: string,
  cases: readonly RootCase[],
  options: RootOptions,
  environment: Readonly<Record<string, string>>,
): Promise<Outcome[]> => {
  const scenes: Scene[] = []
  try {
    for (const one of cases) scenes.push(await openScene(one, options))
    const tasks = scenes.map(({ root }, index) => {
      const { parameters, fails } = cases[index]!
      return { root, parameters, fails: fails !== undefined }
    })
    const results = await playInRoots(module, tasks, environment)
    return await Promise.all(scenes.map((scene, index) => outcomeOf(scene, cases[index]!, options, results[index]!)))
  } finally {
    for (const { root } of scenes) await root.close()
  }
}

const byUs = async (module: string, one: RootCase, options: RootOptions): Promise<Outcome> => {
  const scene = await openScene(one, options)
  try {
    const results: Result[] = []
    for (const check of checksOf({ fails: one.fails !== undefined })) {
      const run = start(findModule(module, at), one, scene.root, check)
      results.push(
        await run.then(
          ({ result }) => result,
          (thrown: Error) => ({ failed: true, msg: thrown.message }),
        ),
      )
    }
    return await outcomeOf(scene, one, options, results)
  } finally {
    await scene.root.close()
  }
}

const compare = (module: string, one: RootCase, ours: Outcome, theirs: Outcome): void => {
  const said = theirs.results.map(({ msg }) => String(msg)).join(' | ')
  const [mine = [], expected = []] = [ours, theirs].map(({ results }) => results.map(outcome))
  if (one.fails !== undefined) {
    assert.equal(mine, expected, `whether it fails: ${said}`)
    return
  }
  assert.equal(failuresOf(ours.results), [], "what fails although the case has no 'fails'")
  // Where its check mode gives up, ours may tell more.
  if (expected[0] === 'skipped' && expected[1] !== 'skipped') mine[0] = 'skipped'
  assert.equal(mine, expected, `check mode, run, again: ${said}`)
  assert.equal(ours.files, theirs.files, 'the files afterwards')
  assert.equal(ours.said, theirs.said, 'what the commands print')
  const skipped = [...own, ...(ownOf[module] ?? [])]
  for (const run of [1, 2]) {
    for (const [key, value] of Object.entries(theirs.results[run] ?? {})) {
      if (skipped.includes(key)) continue
      assert.equal(plain(module, key, ours.results[run]?.[key]), plain(module, key, value), `run ${run}: ${key}`)
    }
  }
}

/** Why a case is not compared; undefined when it is. */
const reasonOf = (module: string, { differs, facts }: RootCase): string | undefined =>
  facts?.['is_chroot'] && !knowImages.includes(module) ? "Ansible's module knows no images" : differs

/**
 * The same tasks by Ansible, each in a scratch root of its own: what it changes, returns and leaves behind is what our
 * modules have to. Both work at the same time.
 */
export const compareRootsWithAnsible = async (
  title: string,
  modules: Modules,
  environment: Readonly<Record<string, string>>,
): Promise<void> => {
  const names = Object.entries(modules).flatMap(([collection, members]) =>
    members.map((module) => ({ collection, module })),
  )
  const suites = await Promise.all(names.map(async (name) => ({ ...name, ...(await rootSuite(name.module)) })))
  const test = suite(title)
  for (const { collection, module, cases: all, options } of suites) {
    const cases = all.filter((one) => reasonOf(module, one) === undefined)
    const ours: (Outcome | Error)[] = []
    let theirs: readonly Outcome[] = []
    test(`${module}: Ansible runs the tasks`, async () => {
      const running = byAnsible(`${collection}.${module}`, cases, options, environment)
      running.catch(() => {}) // it is awaited below
      for (const one of cases) ours.push(await byUs(module, one, options).catch((thrown: Error) => thrown))
      theirs = await running
    }, 300_000)
    for (const one of all) {
      const name = `${module}: ${one.name}`
      const reason = reasonOf(module, one)
      if (reason !== undefined) {
        test.skip(name, reason)
        continue
      }
      test(name, () => {
        const index = cases.indexOf(one)
        const [mine, other] = [ours[index], theirs[index]]
        assert.ok(other, 'Ansible ran the task')
        if (mine instanceof Error) throw mine
        compare(module, one, mine!, other!)
      })
    }
  }
  test.run()
}
