import type { AptKeyParameters } from '../../../schema/types.ts'
import { shownUrl } from '../../curl.ts'
import { Failure } from '../../failure.ts'
import { fetchUrl } from '../fetchurl.ts'
import { type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { isNamed, keyId, type PublicKey, parseKeyName, publicKeys } from '../openpgp.ts'
import schema from './apt_key.schema.json' with { type: 'json' }
import { addKeys, type Keyring, readKeyrings, removeKeys, usualKeyring } from './keyring.ts'

/** Address of a key on a key server (the protocol HKP): `hkp` is HTTP on its own port. */
export const keyserverUrl = (server: string, id: string): string => {
  const [, scheme = 'hkp', rest = ''] = /^(?:(\w+):\/\/)?(.*?)\/*$/.exec(server) ?? []
  const hasPort = /:\d+$/.test(rest)
  const base =
    scheme === 'hkps'
      ? `https://${rest}`
      : scheme === 'hkp'
        ? `http://${rest}${hasPort ? '' : ':11371'}`
        : `${scheme}://${rest}`
  return `${base}/pks/lookup?op=get&options=mr&search=0x${id}`
}

/** The keys that a task gives; undefined when it gives none but a name. Throws a Failure for what is no key. */
const givenKeys = async (host: Host, params: AptKeyParameters, id: string): Promise<PublicKey[] | undefined> => {
  const { data, file, url, keyserver, validate_certs } = params
  const address = url ?? (keyserver === undefined ? undefined : keyserverUrl(keyserver, id))
  const source = file ?? (address === undefined ? "'data'" : shownUrl(address))
  const bytes =
    address !== undefined
      ? await fetchUrl(host, address, validate_certs)
      : file !== undefined
        ? await host.read(file)
        : data === undefined
          ? undefined
          : Buffer.from(data)
  if (!bytes) return undefined
  const keys = publicKeys(bytes)
  if (keys?.[0]) return keys
  throw new Failure('module.parameter', `${source} is no public key`, { at: host.at })
}

/** The identifiers that apt-key lists: of keys and their subkeys, 16 or 8 digits. */
const listed = (keyrings: readonly Keyring[], digits: number): string[] =>
  keyrings.flatMap(({ keys }) =>
    keys.flatMap(({ fingerprint, subkeys }) => [fingerprint, ...subkeys].map((one) => keyId(one).slice(-digits))),
  )

export const apt_key = module<AptKeyParameters>('apt_key', schema as ModuleSchema, async function* (host, params) {
  const { state, keyring } = params
  const named = params.id === undefined ? undefined : parseKeyName(params.id)
  if (params.id !== undefined && named === undefined) {
    throw new Failure('module.parameter', `'${params.id}' is no identifier of a key`, {
      at: host.at,
      hint: 'give 8, 16 or 40 hexadecimal digits',
    })
  }
  if (params.keyserver !== undefined && named === undefined) {
    throw new Failure('module.parameter', "apt_key needs 'id' to ask a keyserver for", { at: host.at })
  }
  // With an identifier nothing is fetched that is there already.
  let keys = named === undefined ? await givenKeys(host, params, '') : undefined
  const id = named ?? keys?.[0]?.id ?? ''
  const before = await readKeyrings(host, keyring)
  const digits = id.length === 8 ? 8 : 16
  const told: Result = {
    id: params.id ?? id,
    short_id: id.slice(-8),
    fp: id.length > 16 ? keyId(id) : id,
    key_id: id,
    before: listed(before, digits),
  }
  const isThere = before.some((one) => one.keys.some((key) => isNamed(key, id)))
  if (isThere === (state === 'present')) return told
  if (state === 'absent') yield* removeKeys(host, before, (key) => isNamed(key, id))
  else {
    keys ??= await givenKeys(host, params, id)
    if (!keys) {
      throw new Failure('module.parameter', `apt does not know the key ${id}, and nothing tells where to get it`, {
        at: host.at,
        hint: "give one of 'url', 'file', 'data', 'keyserver'",
      })
    }
    if (!keys.some((key) => isNamed(key, id))) {
      const found = keys.map(({ fingerprint }) => fingerprint).join(', ')
      throw new Failure('module.checksum', `the key is ${found}, not ${id}`, {
        at: host.at,
        hint: 'it is not what the playbook expects: nothing was changed',
      })
    }
    yield* addKeys(host, keyring ?? usualKeyring, before, keys)
  }
  return host.check ? told : { ...told, after: listed(await readKeyrings(host, keyring), digits) }
})
