import { access } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import packageFile from '../package.json' with { type: 'json' }
import { openConnection } from './connections/open.ts'
import { readExtraVars } from './extravars.ts'
import { Failure, type Position } from './failure.ts'
import { checkLimit, expandLimit } from './inventory/pattern.ts'
import { checkVariables } from './inventory/variables.ts'
import { checkArguments } from './modules/checkarguments.ts'
import { findModule, isModule, moduleNames } from './modules/registry.ts'
import { createLoader } from './playbook/loader.ts'
import type { Playbook } from './playbook/play.ts'
import { problemList } from './problems.ts'
import { documentReporter } from './report/document.ts'
import type { Reporter } from './report/event.ts'
import { positionText, renderFailure } from './report/failure.ts'
import { humanReporter } from './report/human.ts'
import { listPlaybook } from './report/list.ts'
import { liveLine } from './report/live.ts'
import { hasColours, styleFor } from './report/style.ts'
import type { RunOptions } from './run/options.ts'
import { exitCodeOf, hostsOf, runPlaybooks } from './run/run.ts'
import { openSite, readVaultSecret } from './site.ts'

type Flags = {
  inventory: string[]
  limit?: string
  tags: string[]
  skipTags: string[]
  extraVars: string[]
  check?: boolean
  diff?: boolean
  become?: boolean
  becomeUser: string
  becomeMethod: string
  user?: string
  connection: string
  privateKey?: string
  timeout: number
  forks: number
  sshCommonArgs?: string
  vaultPasswordFile: string[]
  vaultId: string[]
  listHosts?: boolean
  listTasks?: boolean
  listTags?: boolean
  syntaxCheck?: boolean
  forceHandlers?: boolean
  json?: boolean
  compat?: '2.18'
  verbose: number
}

const collect = (value: string, former: string[]): string[] => [...former, value]
const words = (value: string, former: string[]): string[] => [
  ...former,
  ...value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
]

/** Reads a number of at least one: anything else would mean hosts that nobody visits. */
const count = (value: string): number => {
  if (/^[1-9]\d*$/.test(value)) return Number(value)
  throw new InvalidArgumentError('Write a whole number, 1 or more.')
}

/** The command line of `play`. */
export const createProgram = (): Command =>
  new Command('play')
    .description('Applies playbooks to hosts, OS images and this machine.')
    .argument('<playbook...>', 'playbooks to run, in this order')
    .option(
      '-i, --inventory <source>',
      'inventory: a file, a directory, a script, or `host,`; may be repeated',
      collect,
      [],
    )
    .option('-l, --limit <pattern>', 'act on these hosts only')
    .option('-t, --tags <tags>', 'run only what has one of these tags', words, [])
    .option('--skip-tags <tags>', 'leave out what has one of these tags', words, [])
    .option('-e, --extra-vars <vars>', 'variables that win over all others: k=v, {json}, @file', collect, [])
    .option('-C, --check', 'change nothing; tell what would change')
    .option('-D, --diff', 'show what changes in files')
    .option('-b, --become', 'become another user')
    .option('--become-user <user>', 'the user to become', 'root')
    .option('--become-method <method>', 'how: sudo or su', 'sudo')
    .option('-u, --user <user>', 'connect as this user')
    .option('-c, --connection <kind>', 'ssh, local or image', 'ssh')
    .option('--key-file, --private-key <file>', 'private key for ssh')
    .option('-T, --timeout <seconds>', 'seconds to wait for a connection', count, 10)
    .option('-f, --forks <number>', 'hosts at a time', count, 50)
    .option('--ssh-common-args <arguments>', 'arguments for every ssh connection')
    .option('--vault-pass-file, --vault-password-file <file>', 'file with the vault password', collect, [])
    .option('--vault-id <id@file>', 'vault identity and its password file', collect, [])
    .option('--list-hosts', 'print the hosts and end')
    .option('--list-tasks', 'print the tasks and end')
    .option('--list-tags', 'print the tags and end')
    .option('--syntax-check', 'check the playbooks and the variable files of the inventory, and end')
    .option('--force-handlers', 'run handlers of failed hosts too')
    .option('--json', 'print one JSON document instead of the report')
    .addOption(
      new Option('--compat <version>', "the older language's rules for templates and conditions").choices(['2.18']),
    )
    .option('-v, --verbose', 'show more; up to -vvv', (_, former: number) => former + 1, 0)
    .version(packageFile.version)
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })

/** The directory that Prelude is installed in: where bin/ and roles/ are. */
const home = resolve(import.meta.dirname, '..')

const ask = async (prompt: string, isSecret: boolean): Promise<string | undefined> => {
  if (!process.stdin.isTTY) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  // What is typed is not shown: the interface's echo is dropped after the prompt.
  if (isSecret)
    Object.assign(terminal, { _writeToOutput: (text: string) => text.includes(prompt) && process.stderr.write(prompt) })
  try {
    return await terminal.question(prompt)
  } finally {
    terminal.close()
    if (isSecret) process.stderr.write('\n')
  }
}

const defaultInventory = async (): Promise<string[]> => {
  const fromEnvironment = process.env['ANSIBLE_INVENTORY']
  if (fromEnvironment) return fromEnvironment.split(',').filter((part) => part !== '')
  const site = '/etc/prelude/inventory'
  return (await access(site).then(
    () => true,
    () => false,
  ))
    ? [site]
    : []
}

type Streams = { readonly out: (text: string) => void; readonly error: (text: string) => void }

const play = async (files: readonly string[], flags: Flags, streams: Streams): Promise<number> => {
  const directory = process.cwd()
  const style = styleFor(hasColours(process.stdout, process.env) && !flags.json)
  const told = new Set<string>()
  const warn = (message: string, at?: Position) => {
    const text = `[WARNING]: ${at ? `${positionText(at, directory)}: ` : ''}${message}`
    if (!told.has(text)) streams.error(`${style.warning(text)}\n`)
    told.add(text)
  }
  const vaultSecrets = await Promise.all([...flags.vaultId, ...flags.vaultPasswordFile].map(readVaultSecret))
  const first = files[0] as string
  const sources = flags.inventory.length > 0 ? flags.inventory : await defaultInventory()
  const extraVars = await readExtraVars(flags.extraVars, (text) => text)
  const site = await openSite({
    inventory: sources,
    playbookDirectory: dirname(resolve(first)),
    vaultSecrets,
    extraVars,
    warn,
    environment: process.env,
    compat: flags.compat,
  })
  const { inventory, templar, surroundings } = site
  const limit = flags.limit === undefined ? undefined : expandLimit(flags.limit)
  if (limit !== undefined) checkLimit(inventory, limit, warn)
  const loader = createLoader({
    isModule,
    moduleNames,
    checkArguments,
    templar,
    decrypt: site.decrypt,
    decryptFile: site.decryptFile,
    warn,
    extraVars,
    rolesPath: [join(home, 'roles')],
  })
  const problems = problemList()
  const playbooks: Playbook[] = []
  for (const file of files) {
    await problems.attemptAsync(async () => playbooks.push(await loader.playbook(resolve(file))))
  }
  if (flags.syntaxCheck) problems.attempt(() => checkVariables(inventory))
  problems.throwAll()

  const abort = new AbortController()
  const document = documentReporter()
  const live =
    process.stderr.isTTY && !flags.json
      ? liveLine({ write: (text) => process.stderr.write(text), columns: () => process.stderr.columns ?? 80 })
      : undefined
  const human = humanReporter({
    write: (text) => {
      live?.wipe()
      streams.out(text)
    },
    warn: (text) => {
      live?.wipe()
      streams.error(`${text}\n`)
    },
    style,
    verbosity: flags.verbose,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    context: { directory, style },
  })
  const report: Reporter = flags.json
    ? document.reporter
    : (event) => {
        human(event)
        live?.reporter(event)
      }
  const options: RunOptions = {
    inventory,
    templar,
    surroundings,
    report,
    loader,
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
      sshAgent: process.env['SSH_AUTH_SOCK'],
      hostKeyChecking: process.env['ANSIBLE_HOST_KEY_CHECKING']?.toLowerCase() !== 'false',
      timeout: flags.timeout,
      sshArguments: flags.sshCommonArgs,
      gatherFacts: true,
    },
    magic: (name, host) => {
      if (name === 'prelude_home') return home
      return name === 'node' ? site.node(host) : undefined
    },
    ask,
    signal: abort.signal,
    directory,
  }
  if (flags.listHosts || flags.listTasks || flags.listTags || flags.syntaxCheck) {
    const kinds = new Set<'hosts' | 'tasks' | 'tags'>()
    if (flags.listHosts) kinds.add('hosts')
    if (flags.listTasks) kinds.add('tasks')
    if (flags.listTags) kinds.add('tags')
    playbooks.forEach((playbook, index) => {
      const shown = { ...playbook, file: files[index] as string }
      const hosts = (each: (typeof playbook.plays)[number]) => hostsOf(each, options)
      streams.out(
        kinds.size === 0
          ? `\nplaybook: ${shown.file}\n`
          : listPlaybook(shown, kinds, { tags: options.tags, skipTags: options.skipTags, hosts }),
      )
    })
    return 0
  }
  const stop = () => abort.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    const summary = await runPlaybooks(playbooks, options)
    if (flags.json) streams.out(`${JSON.stringify(document.document(), null, 2)}\n`)
    return abort.signal.aborted ? 99 : exitCodeOf(summary)
  } finally {
    live?.stop()
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}

/** Failures of a playbook that is written well and names what is not there. */
const notFound = new Set<string>(['playbook.missing', 'playbook.role', 'playbook.handler'])

/** The exit code of a Failure that ends a run before or between hosts: ansible-playbook's. */
const codeOf = ({ code }: Failure): number => {
  if (code === 'cli.extra-vars') return 5
  return /^(?:yaml|playbook|module)\.|^template\.syntax$/.test(code) && !notFound.has(code) ? 4 : 1
}

/** `play`: returns its exit code. */
export const main = async (argv: readonly string[]): Promise<number> => {
  const streams: Streams = { out: (text) => process.stdout.write(text), error: (text) => process.stderr.write(text) }
  const command = createProgram()
  try {
    command.parse(argv, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    throw thrown
  }
  try {
    return await play(command.args, command.opts<Flags>(), streams)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    const style = styleFor(hasColours(process.stderr, process.env))
    streams.error(`${renderFailure(thrown, { directory: process.cwd(), style })}\n`)
    return codeOf(thrown)
  }
}
