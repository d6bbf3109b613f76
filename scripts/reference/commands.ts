// The reference page of the command lines.
import type { Argument, Command, Option } from 'commander'
import { usage } from '../../agent/main.ts'
import { mkdiskUsage } from '../../agent/mkdisk/command.ts'
import { createProgram as createPlay } from '../../engine/cli.ts'
import type { Surroundings as PlaySurroundings } from '../../engine/commands/surroundings.ts'
import { styleFor } from '../../engine/report/style.ts'
import { createProgram as createProvision } from '../../provisioner/cli.ts'
import { createOpening } from '../../provisioner/commands/open.ts'
import type { Surroundings } from '../../provisioner/commands/program.ts'
import { code, page, table } from './markdown.ts'

/** Surroundings for a command line that nobody runs. */
const surroundings: Surroundings = {
  print: () => {},
  complain: () => {},
  style: styleFor(false),
  environment: {},
  read: async () => Buffer.alloc(0),
  stop: new AbortController().signal,
  console: async () => {},
  self: ['provision'],
}

const playSurroundings: PlaySurroundings = {
  out: () => {},
  error: () => {},
  columns: { out: () => undefined, error: () => undefined },
  environment: {},
  directory: '.',
  home: '.',
  ask: async () => undefined,
  answer: async () => undefined,
  read: async () => Buffer.alloc(0),
  interruptible: (run) => run(new AbortController().signal),
  exit: () => {},
}

export const playCommand = (): Command => createPlay(playSurroundings)
export const provisionCommand = (): Command => createProvision(surroundings, createOpening(surroundings))

const defaultOf = ({ defaultValue }: Option | Argument): string => {
  const isNothing = defaultValue === undefined || defaultValue === false || defaultValue === 0
  return isNothing || (Array.isArray(defaultValue) && defaultValue.length === 0) ? '' : code(String(defaultValue))
}

const meaningOf = ({ description, argChoices }: Option | Argument): string =>
  argChoices ? `${description}: ${code(...argChoices)}` : description

const argumentText = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

const optionTable = ({ options, registeredArguments }: Command): string => {
  const rows = [
    ...registeredArguments.map((argument) => [code(argumentText(argument)), defaultOf(argument), meaningOf(argument)]),
    ...options.map((option) => [code(option.flags), defaultOf(option), meaningOf(option)]),
  ]
  return rows.length === 0 ? '' : table(['argument or option', 'default', 'meaning'], rows)
}

/** A command and those below it, each with its words. */
export const commandsOf = (command: Command, words = command.name()): { words: string; command: Command }[] => [
  { words, command },
  ...command.commands.flatMap((each) => commandsOf(each, `${words} ${each.name()}`)),
]

const sections = (program: Command): string[] =>
  commandsOf(program).flatMap(({ words, command }, index) => [
    `${index === 0 ? '##' : '###'} ${words}`,
    command.description(),
    optionTable(command),
  ])

const block = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, '    ')

export const commandsPage = (): string =>
  page([
    '# Commands',
    'Made from the command lines themselves.',
    ...sections(playCommand()),
    ...sections(provisionCommand()),
    '## prelude-agent',
    'The agent, in the initramfs and on the node.',
    block(usage),
    '### mkdisk',
    block(mkdiskUsage),
  ])
