import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import type { Module } from '../../../engine/modules/module.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { type ModuleRun, runModule } from '../../../engine/modules/runmodule.ts'
import { fromPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import { checkPart } from './cases.ts'
import { moduleHost } from './modulehost.ts'
import type { RootSuite } from './rootsuites.ts'
import { openScratchRoot, type ScratchRoot } from './scratchroot.ts'

/**
 * One situation of a module that changes the system itself. Each case has a scratch root of its own, and is run in
 * check mode (which must touch nothing), for real, and once more (which must change nothing).
 */
export type RootCase = {
  readonly name: string
  readonly facts?: Readonly<Record<string, unknown>>
  /** Whether a systemd runs in the root. */
  readonly systemd?: boolean
  /** Shell commands that prepare the root. */
  readonly prepare?: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly changed?: boolean
  readonly result?: Readonly<Record<string, unknown>>
  readonly diff?: { readonly before: string; readonly after: string }
  /** What a second run reports; false unless told. null: no second run. */
  readonly again?: boolean | null
  /** Shell commands and what each must print afterwards, but for the last newline. */
  readonly after?: Readonly<Record<string, string | { readonly matches: string }>>
  /** A regular expression of the failure's message and hint. */
  readonly fails?: string
  /** Why Ansible's module does otherwise, where it does on purpose, by mistake or for want of a parameter. */
  readonly differs?: string
}

export const start = async <P>(
  module: Module<P>,
  one: RootCase,
  root: ScratchRoot,
  check: boolean,
): Promise<ModuleRun> => {
  const facts = { is_chroot: false, os_family: 'Debian', ...one.facts }
  const host = { ...moduleHost({ connection: root.connection, check, role: '/', facts }), diff: one.diff !== undefined }
  const given = fromPlain(one.parameters) as Map<string, never>
  return runModule(module, host, readParameters<P>(module.schema, given, host.at, module.name))
}

const failureText = (failure: Failure): string =>
  [failure, ...failure.others].map(({ message, hint }) => `${message} (${hint})`).join('\n')

const checkAfter = ({ after = {} }: RootCase, root: ScratchRoot): void => {
  for (const [command, expected] of Object.entries(after)) {
    checkPart(root.run(command).replace(/\n$/, ''), expected, command)
  }
}

const checkFailure = async <P>(module: Module<P>, one: RootCase, root: ScratchRoot) => {
  const text = await start(module, one, root, false).then(
    ({ result, failure }) => {
      assert.is(result.failed, true, `fails: ${JSON.stringify(result)}`)
      return failure ? failureText(failure) : String(result.msg)
    },
    (thrown) => {
      if (thrown instanceof Failure) return failureText(thrown)
      throw thrown
    },
  )
  assert.match(text, new RegExp(one.fails ?? '', 's'))
  checkAfter(one, root)
}

const checkRun = async <P>(module: Module<P>, one: RootCase, root: ScratchRoot, ignore: RegExp | undefined) => {
  const changed = one.changed ?? true
  const snapshot = () => root.snapshot().filter((line) => !ignore?.test(line))
  const before = snapshot()
  const tried = await start(module, one, root, true)
  assert.is(tried.result.failed ?? false, false, `check mode failed: ${tried.result.msg}`)
  assert.is(tried.changed, changed, `changed in check mode: ${tried.changes.join('; ')}`)
  assert.equal(snapshot(), before, 'check mode touches nothing')

  const run = await start(module, one, root, false)
  assert.is(run.result.failed ?? false, false, `failed: ${run.result.msg}`)
  assert.is(run.changed, changed, `changed: ${run.changes.join('; ')}`)
  checkPart(run.result, one.result ?? {}, 'result')
  checkAfter(one, root)
  if (one.diff) {
    assert.is(run.diffs.map((diff) => diff.before).join(''), one.diff.before, 'diff before')
    assert.is(run.diffs.map((diff) => diff.after).join(''), one.diff.after, 'diff after')
    assert.equal(tried.diffs, run.diffs, 'check mode shows the same diff')
  }

  if (one.again === null) return
  const again = await start(module, one, root, false)
  assert.is(again.result.failed ?? false, false, `failed when run again: ${again.result.msg}`)
  assert.is(again.changed, one.again ?? false, `changed when run again: ${again.changes.join('; ')}`)
}

export type RootOptions = {
  /** Makes each root ready, before the case's own `prepare`. */
  readonly prepare?: (root: ScratchRoot) => void
  /** Lines of the snapshot that tell of caches and logs. */
  readonly ignore?: RegExp
  /** Each root has a network, and so a firewall, of its own. */
  readonly hasNetwork?: boolean
  /** Debian packages that each root has beyond the machine's. */
  readonly packages?: readonly string[]
}

/** Opens the root of a case, and makes it ready. */
export const openCaseRoot = async (
  one: RootCase,
  { prepare, hasNetwork = false, packages = [] }: RootOptions,
): Promise<ScratchRoot> => {
  const root = await openScratchRoot({ systemd: one.systemd ?? false, hasNetwork, packages })
  try {
    prepare?.(root)
    if (one.prepare) root.run(one.prepare)
    return root
  } catch (thrown) {
    await root.close()
    throw thrown
  }
}

/** Runs the cases of a module, each in a scratch root of its own. */
export const runRootCases = <P>(module: Module<P>, { cases, options }: RootSuite): void => {
  const test = suite(module.name)
  for (const one of cases) {
    test(one.name, async () => {
      const root = await openCaseRoot(one, options)
      try {
        await (one.fails === undefined ? checkRun(module, one, root, options.ignore) : checkFailure(module, one, root))
      } finally {
        await root.close()
      }
    }, 180_000)
  }
  test.run()
}
