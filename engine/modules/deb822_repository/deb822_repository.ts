import { posix } from 'node:path'
import type { Deb822RepositoryParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { describe } from '../attributes.ts'
import { contentDiff } from '../contentdiff.ts'
import { fetchUrl, isUrl } from '../fetchurl.ts'
import { change, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { isArmored, publicKeys } from '../openpgp.ts'
import { statAfter } from '../paths.ts'
import { runOrFail } from '../runorfail.ts'
import { openText, saveText } from '../textfile.ts'
import schema from './deb822_repository.schema.json' with { type: 'json' }

const keyrings = '/etc/apt/keyrings'

const fieldName = (parameter: string): string => {
  if (parameter === 'name') return 'X-Repolib-Name'
  if (parameter === 'uris') return 'URIs'
  return parameter
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-')
}

const fieldText = (value: unknown): string => {
  if (typeof value === 'boolean') return value ? ' yes' : ' no'
  const text = Array.isArray(value) ? value.join(' ') : String(value)
  if (!text.includes('\n')) return ` ${text}`
  const lines = text.trim().split(/\r?\n/)
  return ['', ...lines.map((line) => `    ${line.trim() || '.'}`)].join('\n')
}

/** A deb822(5) paragraph. Fields stand in the order of their parameters' names, as Ansible writes them. */
export const formatRepository = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${fieldName(name)}:${fieldText(value)}\n`)
    .join('')

/** The name of the files: letters, digits and hyphens. Throws a Failure when nothing is left of it. */
const slugOf = (host: Host, name: string): string => {
  const slug = name
    .toLowerCase()
    .replace(/[_\s]+/g, '-')
    .replace(/[^a-z0-9-]+/g, '')
  if (slug !== '') return slug
  throw new Failure('module.parameter', `'${name}' has no letter or digit to name a file by`, { at: host.at })
}

type Key = {
  /** What `Signed-By` says. */
  readonly signedBy: string
  readonly path?: string
  /** What has to be in that file. */
  readonly content?: Buffer
}

/** The key as a repository names it: a file, fingerprints or the key itself; one behind an address gets a file. */
const keyOf = async (host: Host, signedBy: string, slug: string): Promise<Key> => {
  if (!isUrl(signedBy)) {
    const isFile = signedBy.startsWith('/') && (await host.stat(signedBy, { follow: true }))?.type === 'file'
    return isFile ? { signedBy, path: signedBy } : { signedBy }
  }
  const content = await fetchUrl(host, signedBy, true)
  if (!publicKeys(content)) {
    throw new Failure('module.parameter', `'signed_by': ${signedBy} is no public key`, { at: host.at })
  }
  const path = posix.join(keyrings, `${slug}.${isArmored(content) ? 'asc' : 'gpg'}`)
  return { signedBy: path, path, content }
}

/** Yields the change of a file that is not as it has to be, and of its mode. Returns what the file is afterwards. */
async function* keep(host: Host, path: string, content: Buffer, mode: string): Steps {
  const file = await openText(host, path, 'utf-8')
  // Binary keyrings are compared byte by byte: `native` keeps them as they are.
  const text = content.toString('utf8')
  const isText = Buffer.from(text).equals(content)
  const edit = { attributes: { mode }, backup: false }
  const binary = { ...file, text: file.bytes?.toString('latin1') ?? '', toBytes: () => content }
  const saved = yield* isText
    ? saveText(host, file, text, edit)
    : saveText(host, binary, content.toString('latin1'), edit)
  const isTouched = saved.isWritten || saved.hasNewAttributes
  const stat = isTouched ? await statAfter(host, path, file.stat) : file.stat
  return stat ? describe(stat) : {}
}

async function* remove(host: Host, paths: readonly string[]): Steps {
  for (const path of paths) {
    const file = await openText(host, path, 'utf-8')
    if (!file.stat) continue
    yield* change({
      what: `remove ${path}`,
      diff: contentDiff(path, file.bytes, undefined),
      apply: () => runOrFail(host, sh`rm -- ${path}`),
    })
  }
  return {}
}

export const deb822_repository = module<Deb822RepositoryParameters>(
  'deb822_repository',
  schema as ModuleSchema,
  async function* (host, params) {
    const { state, mode, install_python_debian: _, signed_by, ...fields } = params
    const slug = slugOf(host, params.name)
    const dest = `/etc/apt/sources.list.d/${slug}.sources`
    if (state === 'absent') {
      const keys = ['asc', 'gpg'].map((ending) => posix.join(keyrings, `${slug}.${ending}`))
      yield* remove(host, [dest, ...keys])
      return { repo: null, dest, key_filename: keys[1] }
    }
    const key = signed_by === undefined ? undefined : await keyOf(host, signed_by, slug)
    if (key?.path !== undefined && key.content) yield* keep(host, key.path, key.content, '0644')
    const repo = formatRepository({ ...fields, ...(key ? { signed_by: key.signedBy } : {}) })
    const made = yield* keep(host, dest, Buffer.from(repo), mode)
    return { repo, dest, key_filename: key?.path ?? null, ...made }
  },
)
