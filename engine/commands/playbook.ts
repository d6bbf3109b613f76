import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { openConnection } from '../connections/open.ts'
import type { Position } from '../failure.ts'
import { checkVariables } from '../inventory/variables.ts'
import { checkArguments } from '../modules/checkarguments.ts'
import { findModule, isModule, moduleNames } from '../modules/registry.ts'
import { createLoader, type PlaybookLoader } from '../playbook/loader.ts'
import type { Play, Playbook } from '../playbook/play.ts'
import { problemList } from '../problems.ts'
import { listPlaybook } from '../report/list.ts'
import { hasColours, styleFor } from '../report/style.ts'
import type { RunOptions } from '../run/options.ts'
import { exitCodeOf, hostsOf, runPlaybooks } from '../run/run.ts'
import {
  type BecomeFlags,
  becomeOptions,
  type ConnectionFlags,
  connectionOptions,
  type InventoryFlags,
  inventoryOptions,
  type RunFlags,
  runOptions,
  type TagFlags,
  tagOptions,
  type VariableFlags,
  type VaultFlags,
  variableOptions,
  vaultOptions,
} from './options.ts'
import { type Reporting, reportingFor } from './reporters.ts'
import { openSession, type Session } from './session.ts'
import { type Surroundings, warner } from './surroundings.ts'

type Flags = InventoryFlags &
  TagFlags &
  VariableFlags &
  RunFlags &
  BecomeFlags &
  ConnectionFlags &
  VaultFlags & {
    listHosts?: boolean
    listTasks?: boolean
    listTags?: boolean
    syntaxCheck?: boolean
    forceHandlers?: boolean
  }

const loaderFor = (
  { site, extraVars }: Session,
  { home }: Surroundings,
  warn: (message: string, at?: Position) => void,
): PlaybookLoader =>
  createLoader({
    isModule,
    moduleNames,
    checkArguments,
    templar: site.templar,
    decrypt: site.decrypt,
    decryptFile: site.decryptFile,
    warn,
    extraVars,
    rolesPath: [join(home, 'roles')],
  })

/** Loads all playbooks. @throws Failure that carries the problems of all */
const load = async (loader: PlaybookLoader, files: readonly string[], flags: Flags, session: Session) => {
  const problems = problemList()
  const playbooks: Playbook[] = []
  for (const file of files) {
    await problems.attemptAsync(async () => playbooks.push(await loader.playbook(resolve(file))))
  }
  if (flags.syntaxCheck) problems.attempt(() => checkVariables(session.site.inventory))
  problems.throwAll()
  return playbooks
}

const optionsOf = (
  { site, extraVars, limit }: Session,
  surroundings: Surroundings,
  flags: Flags,
  rest: Pick<RunOptions, 'loader' | 'report' | 'signal'>,
): RunOptions => {
  const { environment, home, ask, directory } = surroundings
  return {
    ...rest,
    inventory: site.inventory,
    templar: site.templar,
    surroundings: site.surroundings,
    findModule,
    open: openConnection,
    extraVars,
    tags: flags.tags.length > 0 ? flags.tags : ['all'],
    skipTags: flags.skipTags,
    limit,
    check: flags.check ?? false,
    diff: flags.diff ?? false,
    verbosity: flags.verbose,
    forks: flags.forks,
    forceHandlers: flags.forceHandlers ?? false,
    defaults: {
      connection: flags.connection,
      user: flags.user,
      become: flags.become ?? false,
      becomeUser: flags.becomeUser,
      becomeMethod: flags.becomeMethod,
      privateKeyFile: flags.privateKey,
      sshAgent: environment['SSH_AUTH_SOCK'],
      hostKeyChecking: environment['ANSIBLE_HOST_KEY_CHECKING']?.toLowerCase() !== 'false',
      timeout: flags.timeout,
      sshArguments: flags.sshCommonArgs,
      gatherFacts: true,
    },
    magic: (name, host) => {
      if (name === 'prelude_home') return home
      return name === 'node' ? site.node(host) : undefined
    },
    ask,
    directory,
  }
}

/** What the `--list-…` options and `--syntax-check` print of each playbook; undefined when none of them is given. */
const listing = (files: readonly string[], playbooks: readonly Playbook[], flags: Flags, options: RunOptions) => {
  const kinds = new Set<'hosts' | 'tasks' | 'tags'>()
  if (flags.listHosts) kinds.add('hosts')
  if (flags.listTasks) kinds.add('tasks')
  if (flags.listTags) kinds.add('tags')
  if (kinds.size === 0 && !flags.syntaxCheck) return undefined
  const hosts = (play: Play) => hostsOf(play, options)
  return playbooks
    .map((playbook, index) => {
      const shown = { ...playbook, file: files[index] as string }
      if (kinds.size === 0) return `\nplaybook: ${shown.file}\n`
      return listPlaybook(shown, kinds, { tags: options.tags, skipTags: options.skipTags, hosts })
    })
    .join('')
}

const run = async (playbooks: readonly Playbook[], options: RunOptions, reporting: Reporting): Promise<number> => {
  const summary = await runPlaybooks(playbooks, options)
  reporting.end()
  return options.signal?.aborted ? 99 : exitCodeOf(summary)
}

const play = async (files: readonly string[], flags: Flags, surroundings: Surroundings): Promise<number> => {
  const isColoured = hasColours({ isTTY: surroundings.columns.out() !== undefined }, surroundings.environment)
  const style = styleFor(isColoured && !flags.json)
  const warn = warner(surroundings, style)
  const session = await openSession(surroundings, flags, warn, dirname(resolve(files[0] as string)))
  const loader = loaderFor(session, surroundings, warn)
  const playbooks = await load(loader, files, flags, session)
  const reporting = reportingFor(surroundings, flags, style)
  const { report } = reporting
  try {
    const listed = listing(files, playbooks, flags, optionsOf(session, surroundings, flags, { loader, report }))
    if (listed !== undefined) {
      surroundings.out(listed)
      return 0
    }
    return await surroundings.interruptible((signal) =>
      run(playbooks, optionsOf(session, surroundings, flags, { loader, report, signal }), reporting),
    )
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
    .option('--syntax-check', 'check the playbooks and the variable files of the inventory, and end')
    .option('--force-handlers', 'run handlers of failed hosts too')
    .action(async (files: string[], flags: Flags) => surroundings.exit(await play(files, flags, surroundings)))
}
