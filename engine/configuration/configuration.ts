import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Failure, type Position } from '../failure.ts'
import { type IniFile, readIniFile } from '../inifile.ts'
import { type Kind, type OptionName, options, type Settings } from './options.ts'

/** What ansible.cfg and the environment say. */
export type Configuration = {
  /** The file that was read. */
  readonly file: string | undefined
  readonly settings: Settings
}

export type ConfigurationOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  readonly directory: string
  readonly warn: (message: string) => void
}

const systemFile = '/etc/ansible/ansible.cfg'

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

/** Anybody may have written a file that lies where anybody may write. */
const isOpenToAll = async (directory: string): Promise<boolean> =>
  (((await stat(directory).catch(() => undefined))?.mode ?? 0) & 0o002) !== 0

/** The configuration that counts: $ANSIBLE_CONFIG, ./ansible.cfg, ~/.ansible.cfg or /etc/ansible/ansible.cfg. */
const findFile = async ({ environment, directory, warn }: ConfigurationOptions): Promise<string | undefined> => {
  const named = environment['ANSIBLE_CONFIG']
  if (named) {
    const path = resolve(directory, expandPath(named, environment))
    const inside = join(path, 'ansible.cfg')
    const found = (await isFile(path)) ? path : (await isFile(inside)) ? inside : undefined
    if (found) return found
  }
  const here = join(directory, 'ansible.cfg')
  if (await isFile(here)) {
    if (!(await isOpenToAll(directory))) return here
    warn(`everybody may write in ${directory}: its ansible.cfg is ignored`)
  }
  const own = environment['HOME'] ? join(environment['HOME'], '.ansible.cfg') : undefined
  if (own && (await isFile(own))) return own
  return (await isFile(systemFile)) ? systemFile : undefined
}

/** `~` and `$NAME` as a shell would read them. */
export const expandPath = (text: string, environment: ConfigurationOptions['environment']): string =>
  text
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, name, braced) => environment[name ?? braced] ?? whole)
    .replace(/^~(?=\/|$)/, environment['HOME'] ?? '~')

const yes = /^(?:y|yes|on|1|true|t)$/i
const no = /^(?:n|no|off|0|false|f)$/i

type Source = { readonly name: string; readonly at?: Position; readonly directory: string }

const wrong = ({ name, at }: Source, text: string, what: string): Failure =>
  new Failure('cli.configuration', `${name} is '${text}', and must be ${what}`, { at })

const unquoted = (text: string): string =>
  text.length > 1 && /^["']/.test(text) && text.endsWith(text[0] as string) ? text.slice(1, -1) : text

/** An option's text as its kind; relative paths of a file are relative to where it lies. */
const valueFrom = (
  kind: Kind,
  written: string,
  source: Source,
  { environment, directory: working }: ConfigurationOptions,
): string | number | boolean | string[] => {
  const text = unquoted(written.trim())
  const path = (part: string): string =>
    resolve(source.directory, expandPath(part.replaceAll('{{CWD}}', working), environment))
  const split = (separator: string): string[] =>
    text
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== '')
  switch (kind) {
    case 'text':
      return text
    case 'boolean':
      if (yes.test(text)) return true
      if (no.test(text)) return false
      throw wrong(source, text, 'yes or no')
    case 'integer':
      if (/^-?\d+$/.test(text)) return Number(text)
      throw wrong(source, text, 'a whole number')
    case 'list':
      return split(',')
    case 'path':
      return path(text)
    case 'pathlist':
      // a list of hosts is no path
      return text.endsWith(',') ? [text] : split(',').map(path)
    case 'pathspec':
      return split(':').map(path)
  }
}

/** What one option says: the environment wins over the file. */
const read = (name: OptionName, ini: IniFile, file: string | undefined, given: ConfigurationOptions): unknown => {
  const { environment, directory } = given
  const { section, keys, variables, kind } = options[name]
  for (const variable of variables) {
    const text = environment[variable]
    if (text !== undefined && text !== '') return valueFrom(kind, text, { name: variable, directory }, given)
  }
  for (const key of keys) {
    const entry = ini.get(section)?.get(key)
    if (!entry || file === undefined) continue
    const source = { name: key, at: { file, line: entry.line, column: 1 }, directory: dirname(file) }
    if (entry.text !== '') return valueFrom(kind, entry.text, source, given)
  }
  return undefined
}

/** Finds and reads the configuration. @throws Failure for a file that cannot be read or a value that is none */
export const readConfiguration = async (given: ConfigurationOptions): Promise<Configuration> => {
  const file = await findFile(given)
  const ini: IniFile =
    file === undefined
      ? new Map()
      : readIniFile(await readFile(file, 'utf8'), file, { code: 'cli.configuration', hasInlineComments: true })
  const settings: Record<string, unknown> = {}
  for (const name of Object.keys(options) as OptionName[]) {
    const value = read(name, ini, file, given)
    if (value !== undefined) settings[name] = value
  }
  return { file, settings: settings as Settings }
}
