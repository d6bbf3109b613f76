import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { Failure, throwAll } from '../failure.ts'
import { execute } from '../process.ts'
import { decryptVault, isVault, type VaultSecret } from './vault.ts'

/** Where a vault password comes from: a person, a file, or a script that prints it. */
export type VaultSource = { readonly id: string; readonly source: string }

export type SecretsOptions = {
  /** Relative names of files are relative to it. */
  readonly directory: string
  readonly answer: (prompt: string, isSecret: boolean) => Promise<string | undefined>
  /** A password is wanted to encrypt with: a person gives it twice. */
  readonly isNew?: boolean
  /** A password opens nothing that names another label (`vault_id_match`). */
  readonly onlyItsOwn?: boolean | undefined
  readonly warn: (message: string) => void
}

/** The source that asks without naming the label: `--ask-vault-pass`. */
export const askSource = 'prompt_ask_vault_pass'

/** `label@source`, or a source alone, whose label is `default`. */
export const parseVaultId = (text: string, defaultId = 'default'): VaultSource => {
  const at = text.indexOf('@')
  return at < 0 ? { id: defaultId, source: text } : { id: text.slice(0, at) || defaultId, source: text.slice(at + 1) }
}

const isExecutable = async (path: string): Promise<boolean> =>
  (await stat(path)).isFile() &&
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

/** A script whose name ends in `-client` is told which label is wanted. */
const runScript = async (path: string, id: string): Promise<string> => {
  const isClient = basename(path, extname(path)).endsWith('-client')
  const { code, stdout, stderr } = await execute(path, isClient ? ['--vault-id', id] : [])
  if (code === 0) return stdout.replace(/^[\r\n]+|[\r\n]+$/g, '')
  throw new Failure('vault.password', `the vault password script ${path} ended with code ${code}`, {
    hint: stderr.trim().split('\n').slice(-3).join(' ') || 'run it to see why',
  })
}

/** A password file may itself be a vault, which a password before it opens. */
const readSource = async (path: string, id: string, former: readonly VaultSecret[]): Promise<string> => {
  try {
    if (await isExecutable(path)) return await runScript(path, id)
    const text = (await readFile(path, 'utf8')).trim()
    if (!isVault(text)) return text
    return decryptVault(text, former, { file: path, line: 1, column: 1 })
      .toString()
      .replace(/^[\r\n]+|[\r\n]+$/g, '')
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    throw new Failure('vault.password', `cannot read the vault password file ${path}`, {
      cause,
      hint: 'give a file that holds the password, a script that prints it, or `prompt`',
    })
  }
}

const promptFor = (id: string, source: string, isNew: boolean): string => {
  const word = isNew ? (source === askSource ? 'New Vault password' : 'New vault password') : 'Vault password'
  return source === askSource ? `${word}: ` : `${word} (${id}): `
}

const askFor = async ({ id, source }: VaultSource, { answer, isNew = false }: SecretsOptions): Promise<string> => {
  const prompt = promptFor(id, source, isNew)
  const password = await answer(prompt, true)
  if (password === undefined) {
    throw new Failure('vault.password', `a vault password is asked for ('${id}'), and nobody is there to answer`, {
      hint: 'give it by --vault-password-file FILE or --vault-id ID@FILE',
    })
  }
  const again = isNew ? await answer(`Confirm ${prompt[0]?.toLowerCase()}${prompt.slice(1)}`, true) : password
  if (again === password) return password
  throw new Failure('vault.password', 'the two passwords differ')
}

/** The secret of a source. @throws Failure `vault.password` when it cannot be read or is empty */
const readVaultSecret = async (
  from: VaultSource,
  former: readonly VaultSecret[],
  options: SecretsOptions,
): Promise<VaultSecret> => {
  const { id, source } = from
  const isAsked = source === 'prompt' || source === askSource
  const text = isAsked ? await askFor(from, options) : await readSource(resolve(options.directory, source), id, former)
  if (text === '') {
    throw new Failure(
      'vault.password',
      isAsked ? 'the vault password is empty' : `the vault password of ${source} is empty`,
    )
  }
  return { id, password: Buffer.from(text), onlyItsOwn: options.onlyItsOwn }
}

/** The secrets of several sources, in their order. What cannot be read is warned of, and an error when nothing can. */
export const readVaultSecrets = async (
  sources: readonly VaultSource[],
  options: SecretsOptions,
): Promise<VaultSecret[]> => {
  const secrets: VaultSecret[] = []
  const failures: Failure[] = []
  for (const source of sources) {
    try {
      secrets.push(await readVaultSecret(source, secrets, options)) // one question at a time
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      failures.push(thrown)
    }
  }
  if (secrets.length === 0) throwAll(failures)
  for (const { message } of failures) options.warn(message)
  return secrets
}
