import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { adHocPlaybook } from '../playbook/adhoc.ts'
import { exitCodeOf, foretell, runPlaybooks } from '../run/run.ts'
import { loaderFor } from './loader.ts'
import {
  becomeOptions,
  connectionOptions,
  type InventoryFlags,
  inventoryOptions,
  runOptions,
  type VariableFlags,
  type VaultFlags,
  variableOptions,
  vaultOptions,
} from './options.ts'
import { readPasswords } from './passwords.ts'
import { reportingFor } from './reporters.ts'
import { type ExecutionFlags, runOptionsOf } from './runoptions.ts'
import { openSession, warnOfNoHosts } from './session.ts'
import { start } from './start.ts'
import type { Surroundings } from './surroundings.ts'
import { count } from './values.ts'

type Flags = Omit<ExecutionFlags, 'tags' | 'skipTags'> &
  InventoryFlags &
  VariableFlags &
  VaultFlags & {
    moduleName: string
    args?: string
    oneLine?: boolean
    tree?: string
    background?: number
    poll?: number
    taskTimeout?: number
    playbookDir?: string
    listHosts?: boolean
  }

const needArguments = new Set(['command', 'shell', 'script', 'raw'])

const adHoc = async (pattern: string, given: Flags, surroundings: Surroundings): Promise<number> => {
  const flags = { ...given, args: given.args ?? '', tags: [], skipTags: [] }
  if (!flags.listHosts && needArguments.has(flags.moduleName) && flags.args === '') {
    throw new Failure('cli.usage', `the module ${flags.moduleName} needs arguments`, { hint: "give them with -a '…'" })
  }
  const begun = await start(surroundings)
  const { settings, warn } = begun
  const passwords = flags.listHosts ? {} : await readPasswords(flags, settings, surroundings)
  const session = await openSession(begun, flags, flags.playbookDir ?? '.')
  warnOfNoHosts(session, pattern)
  const callback = settings.loadCallbacks ? undefined : flags.oneLine ? 'oneline' : 'minimal'
  const reporting = reportingFor(session, flags, callback)
  const { report } = reporting
  const directory = resolve(surroundings.directory, flags.playbookDir ?? '.')
  const loader = loaderFor(session)
  const playbook = adHocPlaybook({
    pattern,
    module: flags.moduleName,
    args: flags.args,
    directory,
    background: flags.background,
    poll: flags.poll,
    timeout: flags.taskTimeout ?? settings.taskTimeout,
    programOf: loader.program,
  })
  const options = { ...runOptionsOf(session, flags, passwords), loader, report }
  try {
    const hosts = (await Promise.all(playbook.plays.map((play) => foretell(play, options)))).flatMap(
      ({ hosts }) => hosts,
    )
    if (flags.listHosts) {
      surroundings.out(`  hosts (${hosts.length}):\n${hosts.map((host) => `    ${host}\n`).join('')}`)
      return 0
    }
    if (hosts.length === 0) {
      if (session.site.inventory.hosts.size > 0) warn('No hosts matched, nothing to do')
      return 0
    }
    return await surroundings.interruptible(async (signal) => {
      const summary = await runPlaybooks([playbook], { ...options, signal })
      reporting.end()
      return signal.aborted ? 99 : exitCodeOf(summary)
    })
  } finally {
    reporting.stop()
  }
}

export const adhocCommand = (program: Command, surroundings: Surroundings): void => {
  const command = program.command('adhoc').description('Runs one task on hosts, as the command ansible does')
  command.argument('<pattern>', 'hosts: names, groups, patterns')
  command
    .option('-m, --module-name <name>', 'the module to run', 'command')
    .option('-a, --args <arguments>', 'its arguments: a command, k=v, or {json}')
    .option('-o, --one-line', 'one line a host')
    .option('-t, --tree <directory>', 'write the result of each host as JSON into a file of its name in this directory')
    .option('-B, --background <seconds>', 'run in the background, for this long at most', count)
    .option('-P, --poll <seconds>', 'with -B: seconds between looks at it; 15 without it', Number)
    .option('--task-timeout <seconds>', 'seconds that it may take', count)
    .option('--playbook-dir <directory>', 'directory whose group_vars and files count')
    .option('--list-hosts', 'print the hosts and end')
  inventoryOptions(command)
  variableOptions(command)
  runOptions(command)
  becomeOptions(command)
  connectionOptions(command)
  vaultOptions(command)
  command.action(async (pattern: string, flags: Flags) => surroundings.exit(await adHoc(pattern, flags, surroundings)))
}
