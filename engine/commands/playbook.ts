import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { selectHosts } from '../inventory/pattern.ts'
import { checkVariables } from '../inventory/variables.ts'
import { withDefaults } from '../playbook/defaults.ts'
import type { PlaybookLoader } from '../playbook/loader.ts'
import type { Playbook } from '../playbook/play.ts'
import { startAt } from '../playbook/startat.ts'
import { problemList } from '../problems.ts'
import { combined } from '../report/combined.ts'
import { listPlaybook } from '../report/list.ts'
import type { RunOptions } from '../run/options.ts'
import { exitCodeOf, foretell, runPlaybooks } from '../run/run.ts'
import { cautionReferences } from './check.ts'
import { explain, explainDirectory } from './explain.ts'
import { loaderFor, playbookFile } from './loader.ts'
import {
  becomeOptions,
  connectionOptions,
  type InventoryFlags,
  inventoryOptions,
  runOptions,
  tagOptions,
  type VariableFlags,
  type VaultFlags,
  variableOptions,
  vaultOptions,
} from './options.ts'
import { readPasswords } from './passwords.ts'
import { type Reporting, reportingFor } from './reporters.ts'
import { type ExecutionFlags, runOptionsOf } from './runoptions.ts'
import { openSession, type Session, warnOfNoHosts } from './session.ts'
import { start } from './start.ts'
import { stepper } from './step.ts'
import type { Surroundings } from './surroundings.ts'

type Flags = ExecutionFlags &
  InventoryFlags &
  VariableFlags &
  VaultFlags & {
    listHosts?: boolean
    listTasks?: boolean
    listTags?: boolean
    syntaxCheck?: boolean
    plan?: boolean
    startAtTask?: string
    step?: boolean
    flushCache?: boolean
    explain?: string
  }

/** Loads all playbooks. @throws Failure that carries the problems of all */
const load = async (loader: PlaybookLoader, files: readonly string[], flags: Flags, session: Session) => {
  const problems = problemList()
  const playbooks: Playbook[] = []
  for (const file of files) {
    const path = resolve(session.surroundings.directory, file)
    await problems.attemptAsync(async () => playbooks.push(await loader.playbook(path)))
  }
  if (flags.syntaxCheck) problems.attempt(() => checkVariables(session.site.inventory))
  problems.throwAll()
  const { strategy, anyErrorsFatal, taskTimeout: timeout } = session.settings
  return playbooks.map((playbook) => withDefaults(playbook, { strategy, anyErrorsFatal, timeout }))
}

/** What the `--list-…` options and `--syntax-check` print of each playbook; undefined when none of them is given. */
const listing = async (files: readonly string[], playbooks: readonly Playbook[], flags: Flags, options: RunOptions) => {
  const kinds = new Set<'hosts' | 'tasks' | 'tags'>()
  if (flags.listHosts) kinds.add('hosts')
  if (flags.listTasks) kinds.add('tasks')
  if (flags.listTags) kinds.add('tags')
  if (kinds.size === 0 && !flags.syntaxCheck) return undefined
  const texts: string[] = []
  for (const [index, playbook] of playbooks.entries()) {
    const shown = { ...playbook, file: files[index] as string }
    if (kinds.size === 0) texts.push(`\nplaybook: ${shown.file}\n`)
    else {
      const { tags, skipTags } = options
      const told = await Promise.all(playbook.plays.map((play) => foretell(play, options)))
      texts.push(listPlaybook(shown, kinds, { tags, skipTags, told }))
    }
  }
  return texts.join('')
}

const run = async (playbooks: readonly Playbook[], options: RunOptions, reporting: Reporting): Promise<number> => {
  const summary = await runPlaybooks(playbooks, options)
  reporting.end()
  return options.signal?.aborted ? 99 : exitCodeOf(summary)
}

/** What is left from the task on that `--start-at-task` names; that none has the name is told. */
const started = (loaded: readonly Playbook[], wanted: string | undefined, { surroundings, style }: Session) => {
  if (wanted === undefined) return loaded
  const { playbooks, isFound } = startAt(loaded, wanted)
  const text = `[ERROR]: No matching task "${wanted}" found. Note: --start-at-task can only follow static includes.`
  if (!isFound) surroundings.error(`${style.failed(text)}\n`)
  return playbooks
}

/** The hosts that the command line leaves. */
const namesOf = ({ site, limit }: Session): readonly string[] => selectHosts(site.inventory, limit ?? 'all')

const isListing = (flags: Flags): boolean =>
  [flags.listHosts, flags.listTasks, flags.listTags, flags.syntaxCheck].includes(true)

const play = async (names: readonly string[], flags: Flags, surroundings: Surroundings): Promise<number> => {
  const begun = await start(surroundings)
  const files = names.map((name) => playbookFile(name, begun))
  if (flags.explain !== undefined) {
    const session = await openSession(begun, flags, explainDirectory(files, surroundings.directory))
    surroundings.out(await explain(session, flags.explain, files, flags))
    return 0
  }
  const passwords = isListing(flags) ? {} : await readPasswords(flags, begun.settings, surroundings)
  const session = await openSession(begun, flags, dirname(files[0] as string))
  warnOfNoHosts(session, 'all')
  const loader = loaderFor(session)
  const loaded = await load(loader, files, flags, session)
  const playbooks = isListing(flags) ? loaded : started(loaded, flags.startAtTask, session)
  const reporting = reportingFor(session, flags)
  const step = flags.step ? stepper(surroundings) : undefined
  const options: RunOptions = {
    ...runOptionsOf(session, flags, passwords),
    loader,
    report: step ? combined([step.reporter, reporting.report]) : reporting.report,
    admit: step?.admit,
  }
  if (flags.flushCache) await Promise.all(namesOf(session).map((host) => options.factCache?.forget(host)))
  try {
    const listed = await listing(files, playbooks, flags, options)
    if (listed !== undefined) {
      if (flags.syntaxCheck) await cautionReferences(playbooks, loader, session)
      surroundings.out(listed)
      return 0
    }
    return await surroundings.interruptible((signal) => run(playbooks, { ...options, signal }, reporting))
  } finally {
    reporting.stop()
  }
}

/** Gives a command the arguments and options of `play PLAYBOOK...`. */
export const playbookCommand = (command: Command, surroundings: Surroundings): void => {
  command.description('Applies playbooks to hosts, OS images and this machine.')
  command.argument('<playbook...>', 'playbooks to run, in this order')
  inventoryOptions(command)
  tagOptions(command)
  variableOptions(command)
  runOptions(command)
  becomeOptions(command)
  connectionOptions(command)
  vaultOptions(command)
  command
    .option('--list-hosts', 'print the hosts and end')
    .option('--list-tasks', 'print the tasks and end')
    .option('--list-tags', 'print the tags and end')
    .option('--syntax-check', 'check the playbooks, what they name, and the variable files of the inventory, and end')
    .option(
      '--explain <variable>',
      'tell every level that sets a variable on HOST, and which one wins: HOST [PLAYBOOK...]',
    )
    .option('--start-at-task <name>', 'leave out what stands before the task of this name')
    .option('--step', 'ask before each task')
    .option('--flush-cache', 'forget the facts that were kept of the hosts')
    .option('--plan', 'tell what would change, with the differences of files, and nothing else; change nothing')
    .option('--force-handlers', 'run handlers of failed hosts too')
    .action(async (files: string[], given: Flags) => {
      const flags = given.plan ? { ...given, check: true, diff: true } : given
      surroundings.exit(await play(files, flags, surroundings))
    })
}
