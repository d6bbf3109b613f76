import { Failure } from '../failure.ts'
import { encryptVault, type VaultSecret } from '../vars/vault.ts'
import type { Surroundings } from './surroundings.ts'

export type StringFlags = { prompt?: boolean; showInput?: boolean; name: string[]; stdinName?: string }

type Named = { readonly text: string; readonly name: string | undefined; readonly source: string }

const asked = async ({ showInput, name }: StringFlags, { ask }: Surroundings): Promise<Named> => {
  const given = name[0] ?? ((await ask('Variable name (enter for no name): ', false)) || undefined)
  const first = await ask('String to encrypt: ', !showInput)
  const second = showInput ? first : await ask('Confirm String to encrypt: ', true)
  if (!first || first !== second) {
    throw new Failure('cli.usage', first ? 'the two texts differ' : 'there is no text to encrypt')
  }
  return { text: first, name: given, source: 'the interactive prompt' }
}

const stringsOf = async (
  texts: readonly string[],
  flags: StringFlags,
  surroundings: Surroundings,
): Promise<readonly Named[]> => {
  const named: Named[] = []
  if (flags.prompt) named.push(await asked(flags, surroundings))
  const isRead = flags.stdinName !== undefined || (texts.length === 0 && !flags.prompt) || texts.includes('-')
  if (isRead) {
    named.push({ text: (await surroundings.read()).toString(), name: flags.stdinName, source: 'stdin' })
  }
  const names = flags.prompt ? flags.name.slice(1) : flags.name
  const rest = texts.filter((text) => text !== '-')
  rest.forEach((text, index) => {
    named.push({ text, name: names[index], source: 'the command line args' })
  })
  if (named.some(({ text }) => text === '')) throw new Failure('cli.usage', 'there is no text to encrypt')
  return named
}

const indent = ' '.repeat(10)

/** A text as the value of a YAML key: `name: !vault |` and the vault below it. */
const blockOf = ({ text, name }: Named, secret: VaultSecret): string => {
  const lines = encryptVault(Buffer.from(text), secret).trimEnd().split('\n')
  return [`${name === undefined ? '' : `${name}: `}!vault |`, ...lines.map((line) => indent + line)].join('\n')
}

/** Prints texts encrypted, ready for a YAML file. Of several, standard error says which is which. */
export const encryptStrings = async (
  texts: readonly string[],
  secret: VaultSecret,
  flags: StringFlags,
  surroundings: Surroundings,
): Promise<void> => {
  const named = await stringsOf(texts, flags, surroundings)
  for (const [index, each] of named.entries()) {
    const number = `the string #${index + 1} from ${each.source}`
    const what = each.name === undefined ? number : `variable ("${each.name}", ${number})`
    if (named.length > 1) surroundings.error(`# The encrypted version of ${what}.\n`)
    surroundings.out(`${blockOf(each, secret)}\n`)
  }
}
