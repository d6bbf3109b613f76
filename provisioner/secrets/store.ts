import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { replaceFile } from '../store/replace.ts'

/** Whom a secret is for: all nodes, those of a group, or one. A node's own wins over its groups', a group's over the site's. */
export type SecretScope = { readonly kind: 'site' } | { readonly kind: 'group' | 'node'; readonly name: string }

export type SecretEntry = { readonly name: string; readonly scope: SecretScope }

/** Secrets at rest: each a file, encrypted with the key of the state directory. */
export type SecretStore = {
  set(entry: SecretEntry, content: Uint8Array): Promise<void>
  get(entry: SecretEntry): Promise<Buffer | undefined>
  /** Returns whether it was there. */
  remove(entry: SecretEntry): Promise<boolean>
  list(): Promise<readonly SecretEntry[]>
}

const algorithm = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16

const namePattern = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

const checked = (name: string, what: string): string => {
  if (namePattern.test(name)) return name
  throw new Failure('secrets.name', `'${name}' cannot name ${what}`, {
    hint: 'use letters, digits, dots, dashes and underscores',
  })
}

/** Path below the directory; also what binds a ciphertext to its place, so that files cannot be swapped. */
const placeOf = ({ name, scope }: SecretEntry): string => {
  const file = checked(name, 'a secret')
  if (scope.kind === 'site') return `site/${file}`
  return `${scope.kind}/${checked(scope.name, scope.kind === 'node' ? 'a node' : 'a group')}/${file}`
}

const readOrMakeKey = async (file: string): Promise<Buffer> => {
  const known = await readFile(file).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })
  if (known) {
    if (known.length === 32) return known
    throw new Failure('secrets.key', `${file} is no key: it has ${known.length} bytes, not 32`, {
      hint: 'restore it from a copy: without it the secrets cannot be read',
    })
  }
  const key = randomBytes(32)
  await replaceFile(file, key)
  return key
}

const names = (directory: string): Promise<string[]> => readdir(directory).catch(() => [])

/** The secrets of a state directory: `secrets/`, mode 0700, with the key beside them in `secrets.key`, mode 0600. */
export const secretStore = (state: string): SecretStore => {
  const directory = join(state, 'secrets')
  const key = () => readOrMakeKey(join(state, 'secrets.key'))
  return {
    async set(entry, content) {
      const place = placeOf(entry)
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv(algorithm, await key(), nonce).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(content), cipher.final()])
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await replaceFile(join(directory, place), Buffer.concat([nonce, cipher.getAuthTag(), body]))
    },
    async get(entry) {
      const place = placeOf(entry)
      const stored = await readFile(join(directory, place)).catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code === 'ENOENT') return undefined
        throw thrown
      })
      if (!stored) return undefined
      try {
        const decipher = createDecipheriv(algorithm, await key(), stored.subarray(0, nonceLength), {
          authTagLength: tagLength,
        })
        decipher.setAAD(Buffer.from(place))
        decipher.setAuthTag(stored.subarray(nonceLength, nonceLength + tagLength))
        return Buffer.concat([decipher.update(stored.subarray(nonceLength + tagLength)), decipher.final()])
      } catch (cause) {
        if (cause instanceof Failure) throw cause
        throw new Failure('secrets.damaged', `the secret ${place} cannot be decrypted`, {
          cause,
          hint: 'set it again; it was changed, or secrets.key is another one',
        })
      }
    },
    async remove(entry) {
      const file = join(directory, placeOf(entry))
      const isThere = await readFile(file).then(
        () => true,
        () => false,
      )
      await rm(file, { force: true })
      return isThere
    },
    async list() {
      const entries: SecretEntry[] = (await names(join(directory, 'site'))).map((name) => ({
        name,
        scope: { kind: 'site' },
      }))
      for (const kind of ['group', 'node'] as const) {
        for (const owner of await names(join(directory, kind))) {
          for (const name of await names(join(directory, kind, owner)))
            entries.push({ name, scope: { kind, name: owner } })
        }
      }
      return entries.filter(({ name }) => namePattern.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
  }
}

/** Where a node's secret is looked for, the scope that wins first. `groups` in the order in which their variables apply. */
export const scopesOf = (node: string, groups: readonly string[]): readonly SecretScope[] => [
  { kind: 'node', name: node },
  ...groups.toReversed().map((name): SecretScope => ({ kind: 'group', name })),
  { kind: 'site' },
]
