import type { RpmKeyParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import { fetchUrl, isUrl } from '../fetchurl.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { isNamed, type PublicKey, parseKeyName, publicKeys } from '../openpgp.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './rpm_key.schema.json' with { type: 'json' }

type Imported = {
  /** As rpm calls it: `gpg-pubkey-fd431d51-4ae0493b`. */
  readonly name: string
  readonly keys: readonly PublicKey[]
}

/** Reads what rpm tells of its keys: a name, then the key in armor, for each of them. */
const parseImported = (text: string): Imported[] =>
  text
    .split(/^key (?=gpg-pubkey-)/m)
    .slice(1)
    .map((part) => {
      const at = part.indexOf('\n')
      return { name: part.slice(0, at), keys: publicKeys(Buffer.from(part.slice(at + 1))) ?? [] }
    })

const lookAtKeys = async (host: Host): Promise<Imported[]> => {
  const output = await host.run(
    sh`command -v rpm >/dev/null || exit 127
       LC_ALL=C rpm -q gpg-pubkey --qf ${'key %{NAME}-%{VERSION}-%{RELEASE}\\n%{DESCRIPTION}\\n'}`,
  )
  if (output.code === 127) throw new Failure('module.command', 'this host has no rpm', { at: host.at })
  return parseImported(output.stdout.toString())
}

/** A key by its name: the name rpm gave it tells the last digits of its identifier, should the key be unreadable. */
const isImported = ({ name, keys }: Imported, wanted: string): boolean =>
  keys.length > 0
    ? keys.some((key) => isNamed(key, wanted))
    : name.startsWith(`gpg-pubkey-${wanted.slice(-8).toLowerCase()}`)

/** The keys of a file on the host or behind an address. Throws a Failure when it holds none. */
const keysIn = async (host: Host, { key, validate_certs }: RpmKeyParameters) => {
  const isAddress = isUrl(key)
  if (!isAddress && (await host.stat(key, { follow: true }))?.type !== 'file') {
    throw new Failure('module.parameter', `'${key}' is neither the address nor the file of a key`, {
      at: host.at,
      hint: 'give an address, a path on the host, or (to remove one) an identifier of 8 or more hexadecimal digits',
    })
  }
  const bytes = isAddress ? await fetchUrl(host, key, validate_certs) : await host.read(key)
  const keys = publicKeys(bytes)
  if (keys) return { bytes, keys }
  throw new Failure('module.parameter', `${isAddress ? shownUrl(key) : key} is no public key`, { at: host.at })
}

const checkFingerprints = (host: Host, { key, fingerprint }: RpmKeyParameters, keys: readonly PublicKey[]): void => {
  if (!fingerprint) return
  const wanted = fingerprint.map((one) => one.replace(/\s/g, '').toUpperCase())
  const found = keys.map((one) => one.fingerprint)
  if (found.every((one) => wanted.includes(one)) && wanted.every((one) => found.includes(one))) return
  throw new Failure('module.checksum', `${shownUrl(key)} holds the key ${found.join(', ')}, not ${wanted.join(', ')}`, {
    at: host.at,
    hint: 'the file is not what the playbook expects: nothing was changed',
  })
}

export const rpm_key = module<RpmKeyParameters>('rpm_key', schema as ModuleSchema, async function* (host, params) {
  const { state, key } = params
  const name = parseKeyName(key)
  const file = name === undefined ? await keysIn(host, params) : undefined
  const wanted = file ? file.keys.map((one) => one.fingerprint) : [name ?? '']
  const imported = await lookAtKeys(host)
  if (state === 'absent') {
    const there = imported.filter((one) => wanted.some((each) => isImported(one, each)))
    if (there.length === 0) return {}
    const names = there.map((one) => one.name)
    const prints = there.flatMap((one) => one.keys.map((each) => each.fingerprint.toLowerCase()))
    yield* change({
      what: `remove the key ${names.join(', ')} from rpm`,
      // Since version 6 rpm keeps keys in a keyring of their own, which only rpmkeys takes them from.
      apply: () => runOrFail(host, sh`rpm --erase --allmatches -- ${names} || rpmkeys --delete -- ${prints}`),
    })
    return {}
  }
  const missing = wanted.filter((one) => !imported.some((each) => isImported(each, one)))
  if (missing.length === 0) return {}
  if (!file) {
    throw new Failure('module.parameter', `rpm has no key ${key}, and an identifier alone tells not where to get it`, {
      at: host.at,
      hint: 'give the address or the file of the key',
    })
  }
  checkFingerprints(host, params, file.keys)
  yield* change({
    what: `import the key ${missing.join(', ')} into rpm`,
    apply: () =>
      runOrFail(host, sh`(file=$(mktemp) && trap 'rm -f "$file"' EXIT && cat >"$file" && rpm --import "$file")`, {
        stdin: file.bytes,
      }),
  })
  return {}
})
