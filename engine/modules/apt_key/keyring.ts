import { sh } from '../../command.ts'
import { change, type Host, type Steps } from '../module.ts'
import { armor, isArmored, type PublicKey, publicKeys } from '../openpgp.ts'
import { runOrFail } from '../runorfail.ts'

/** The keyring that keys go to when a task names none. */
export const usualKeyring = '/etc/apt/trusted.gpg'

/** A file of keys that apt trusts. */
export type Keyring = {
  readonly path: string
  readonly isArmored: boolean
  readonly keys: readonly PublicKey[]
}

/** Reads a keyring, or all that apt trusts for every repository; those that are not there are not in the answer. */
export const readKeyrings = async (host: Host, path: string | undefined): Promise<Keyring[]> => {
  const files =
    path === undefined ? sh`${usualKeyring} ${`${usualKeyring}.d`}/*.gpg ${`${usualKeyring}.d`}/*.asc` : sh`${path}`
  const text = await runOrFail(
    host,
    sh`for file in ${files}; do [ ! -f "$file" ] || { printf '%s\\0' "$file"; base64 -w 0 -- "$file"; printf '\\0'; }; done`,
  )
  const fields = text.split('\0')
  const keyrings: Keyring[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const bytes = Buffer.from(fields[index + 1] ?? '', 'base64')
    keyrings.push({ path: fields[index] ?? '', isArmored: isArmored(bytes), keys: publicKeys(bytes) ?? [] })
  }
  return keyrings
}

const write = async (host: Host, { path, keys, isArmored }: Keyring): Promise<void> => {
  const bytes = Buffer.concat(keys.map((key) => key.bytes))
  await host.write(path, isArmored ? Buffer.from(armor(bytes)) : bytes, { mode: 0o644 })
}

const shown = (keys: readonly PublicKey[]): string =>
  keys.map(({ fingerprint, userIds }) => `${fingerprint} ${userIds[0] ?? ''}\n`).join('')

const diffOf = (path: string, before: readonly PublicKey[], after: readonly PublicKey[]) => ({
  before: shown(before),
  after: shown(after),
  beforeHeader: path,
  afterHeader: path,
})

/** Yields the change of a keyring that gets further keys. */
export async function* addKeys(
  host: Host,
  path: string,
  keyrings: readonly Keyring[],
  added: readonly PublicKey[],
): Steps {
  const old = keyrings.find((one) => one.path === path)
  const former = old?.keys ?? []
  const isNew = (key: PublicKey) => !former.some((one) => one.fingerprint === key.fingerprint)
  const keys = [...former, ...added.filter(isNew)]
  yield* change({
    what: `add the key ${added.map(({ fingerprint }) => fingerprint).join(', ')} to ${path}`,
    diff: diffOf(path, former, keys),
    apply: async () => {
      await runOrFail(host, sh`directory=${path}; mkdir -p -- "\${directory%/*}"`)
      await write(host, { path, keys, isArmored: old?.isArmored ?? path.endsWith('.asc') })
    },
  })
  return {}
}

/** Yields the changes that take keys out of their keyrings; a file in trusted.gpg.d that has no other goes with them. */
export async function* removeKeys(
  host: Host,
  keyrings: readonly Keyring[],
  isMeant: (key: PublicKey) => boolean,
): Steps {
  for (const keyring of keyrings) {
    const keys = keyring.keys.filter((key) => !isMeant(key))
    const { path } = keyring
    if (keys.length === keyring.keys.length) continue
    yield* change({
      what: `remove keys from ${path}`,
      diff: diffOf(path, keyring.keys, keys),
      apply: async () => {
        if (keys.length === 0) await runOrFail(host, sh`rm -- ${path}`)
        else await write(host, { ...keyring, keys })
      },
    })
  }
  return {}
}
