import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { encryptVault, isVault, openVault, type VaultSecret, vaultIdOf } from '../vars/vault.ts'
import { askSource, parseVaultId, readVaultSecrets, type VaultSource } from '../vars/vaultsecrets.ts'
import { type VaultFlags, vaultOptions } from './options.ts'
import { type Start, start } from './start.ts'
import type { Surroundings } from './surroundings.ts'
import { editText } from './vaultedit.ts'
import { type Input, readInput, writeOutput } from './vaultfiles.ts'
import { secretsOptions, vaultSources } from './vaultids.ts'
import { encryptStrings, type StringFlags } from './vaultstrings.ts'

type Flags = VaultFlags & {
  encryptVaultId?: string
  output?: string
  newVaultId?: string
  newVaultPasswordFile?: string
  skipTtyCheck?: boolean
} & StringFlags

/** What a verb of `play vault` works with. */
type Vault = Start & { readonly flags: Flags }

const begin = async (surroundings: Surroundings, flags: Flags): Promise<Vault> => ({
  ...(await start(surroundings)),
  flags,
})

/** The secrets to open vaults with; a person is asked when nothing else is said. */
const secretsToOpen = ({ flags, settings, ...rest }: Vault): Promise<VaultSecret[]> => {
  const sources = vaultSources(flags, settings)
  const asked = [{ id: settings.vaultIdentity ?? 'default', source: askSource }]
  return readVaultSecrets(sources.length > 0 ? sources : asked, secretsOptions({ settings, ...rest }))
}

/** The one source to encrypt with. @throws Failure when several labels are at hand and none is chosen */
const sourceToEncrypt = (
  sources: readonly VaultSource[],
  wanted: string | undefined,
  fallback: string,
): VaultSource => {
  const ids = [...new Set(sources.map(({ id }) => id))]
  if (ids.length === 0) return { id: wanted ?? fallback, source: askSource }
  if (wanted === undefined && ids.length > 1) {
    throw new Failure('cli.usage', `the vault ids ${ids.join(', ')} are at hand to encrypt with`, {
      hint: 'choose one with --encrypt-vault-id',
    })
  }
  const found = sources.find(({ id }) => id === (wanted ?? ids[0]))
  if (found) return found
  throw new Failure('cli.usage', `there is no password for the vault id '${wanted}'`, {
    hint: `known: ${ids.join(', ')}`,
  })
}

const secretToEncrypt = async (vault: Vault): Promise<VaultSecret> => {
  const { flags, settings } = vault
  const wanted = flags.encryptVaultId ?? settings.vaultEncryptIdentity
  const source = sourceToEncrypt(vaultSources(flags, settings), wanted, settings.vaultIdentity ?? 'default')
  const [secret] = await readVaultSecrets([source], { ...secretsOptions(vault), isNew: true })
  return secret as VaultSecret
}

/** The secret that `rekey` encrypts with. */
const newSecret = async (vault: Vault): Promise<VaultSecret> => {
  const { flags, settings } = vault
  const { newVaultId, newVaultPasswordFile } = flags
  const label = settings.vaultIdentity ?? 'default'
  const source = newVaultId
    ? parseVaultId(newVaultId, label)
    : { id: flags.encryptVaultId ?? label, source: newVaultPasswordFile ?? askSource }
  const [secret] = await readVaultSecrets([source], { ...secretsOptions(vault), isNew: true })
  return secret as VaultSecret
}

const opened = ({ name, content }: Input, secrets: readonly VaultSecret[]): ReturnType<typeof openVault> => {
  const text = content.toString()
  if (!isVault(text)) {
    throw new Failure('vault.format', `${name} is not encrypted`, { hint: '`play vault encrypt` encrypts it' })
  }
  return openVault(text, secrets, { file: name, line: 1, column: 1 })
}

const done = ({ surroundings }: Vault, what: string): void => {
  if (surroundings.columns.out() !== undefined) surroundings.error(`${what} successful\n`)
}

const eachFile = async (vault: Vault, files: readonly string[], change: (input: Input) => string | Buffer) => {
  const { output } = vault.flags
  if (output !== undefined && output !== '-' && files.length > 1) {
    throw new Failure('cli.usage', '--output takes one file only', { hint: 'call it once for each file' })
  }
  const inputs: Input[] = []
  for (const file of files.length > 0 ? files : ['-']) inputs.push(await readInput(file, vault.surroundings))
  const changed = inputs.map(change) // all or none
  for (const [index, input] of inputs.entries()) {
    await writeOutput(output ?? input.path ?? '-', changed[index] as string | Buffer, vault.surroundings)
  }
}

const encrypt = async (vault: Vault, files: readonly string[]): Promise<void> => {
  const secret = await secretToEncrypt(vault)
  await eachFile(vault, files, ({ name, content }) => {
    if (isVault(content.toString('latin1', 0, 20))) throw new Failure('vault.format', `${name} is encrypted already`)
    return encryptVault(content, secret)
  })
  done(vault, 'Encryption')
}

const decrypt = async (vault: Vault, files: readonly string[]): Promise<void> => {
  const secrets = await secretsToOpen(vault)
  await eachFile(vault, files, (input) => opened(input, secrets).plain)
  done(vault, 'Decryption')
}

const view = async (vault: Vault, files: readonly string[]): Promise<void> => {
  const secrets = await secretsToOpen(vault)
  for (const file of files.length > 0 ? files : ['-']) {
    await writeOutput('-', opened(await readInput(file, vault.surroundings), secrets).plain, vault.surroundings)
  }
}

const rekey = async (vault: Vault, files: readonly string[]): Promise<void> => {
  const secrets = await secretsToOpen(vault)
  const secret = await newSecret(vault)
  await eachFile(vault, files, (input) => encryptVault(opened(input, secrets).plain, secret))
  vault.surroundings.error('Rekey successful\n')
}

const edit = async (vault: Vault, files: readonly string[]): Promise<void> => {
  const secrets = await secretsToOpen(vault)
  for (const file of files) {
    const input = await readInput(file, vault.surroundings)
    const { plain, secret } = opened(input, secrets)
    const changed = await editText(plain, file, vault.surroundings)
    if (changed.equals(plain)) continue
    await writeOutput(
      file,
      encryptVault(changed, { ...secret, id: vaultIdOf(input.content.toString()) }),
      vault.surroundings,
    )
  }
}

const create = async (vault: Vault, files: readonly string[]): Promise<void> => {
  const [file, second] = files
  if (file === undefined || second !== undefined) {
    throw new Failure('cli.usage', 'create makes one file', { hint: 'give it one name' })
  }
  const { exists } = await readInput(file, vault.surroundings, true)
  if (exists) throw new Failure('cli.file', `${file} exists already`, { hint: '`play vault edit` changes it' })
  const secret = await secretToEncrypt(vault)
  const text = await editText(Buffer.alloc(0), file, vault.surroundings)
  await writeOutput(file, encryptVault(text, secret), vault.surroundings)
}

const encryptString = async (vault: Vault, texts: readonly string[]): Promise<void> => {
  await encryptStrings(texts, await secretToEncrypt(vault), vault.flags, vault.surroundings)
  done(vault, '\nEncryption')
}

const encryptId = (command: Command): Command =>
  command.option('--encrypt-vault-id <id>', 'the vault id to encrypt with, of several')

const outputOption = (command: Command): Command =>
  command.option('--output <file>', 'write here and leave the file as it is; `-`: standard output')

type Verb = {
  readonly description: string
  readonly argument: string
  readonly run: (vault: Vault, given: readonly string[]) => Promise<void>
  readonly options: readonly ((command: Command) => Command)[]
}

const verbs: Readonly<Record<string, Verb>> = {
  create: {
    description: 'Make an encrypted file in $EDITOR',
    argument: '[files...]',
    run: create,
    options: [encryptId],
  },
  decrypt: {
    description: 'Decrypt files, or standard input',
    argument: '[files...]',
    run: decrypt,
    options: [outputOption],
  },
  edit: { description: 'Change encrypted files in $EDITOR', argument: '<files...>', run: edit, options: [encryptId] },
  encrypt: {
    description: 'Encrypt files, or standard input',
    argument: '[files...]',
    run: encrypt,
    options: [encryptId, outputOption],
  },
  encrypt_string: {
    description: 'Encrypt texts, as variables of a YAML file',
    argument: '[texts...]',
    run: encryptString,
    options: [
      encryptId,
      (command) =>
        command
          .option('-p, --prompt', 'ask for the text')
          .option('--show-input', 'show what is typed')
          .option(
            '-n, --name <name>',
            'name of the variable; may be repeated',
            (name, former: string[]) => [...former, name],
            [],
          )
          .option('--stdin-name <name>', 'name of the variable that holds standard input'),
    ],
  },
  rekey: {
    description: 'Encrypt files anew with another password',
    argument: '<files...>',
    run: rekey,
    options: [
      encryptId,
      (command) =>
        command
          .option('--new-vault-id <id@source>', 'the new vault id and where its password comes from')
          .option('--new-vault-password-file <file>', 'file with the new password'),
    ],
  },
  view: { description: 'Print what encrypted files hold', argument: '<files...>', run: view, options: [] },
}

export const vaultCommands = (program: Command, surroundings: Surroundings): void => {
  const vault = program.command('vault').description('Encrypts and decrypts files of variables, as ansible-vault does')
  for (const [name, { description, argument, run, options }] of Object.entries(verbs)) {
    const command = vault.command(name).description(description).argument(argument)
    vaultOptions(command)
    for (const add of options) add(command)
    command.action(async (given: string[], flags: Flags) => run(await begin(surroundings, flags), given))
  }
}
