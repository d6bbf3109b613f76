import type { AptRepositoryParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { keyserverUrl } from '../apt_key/apt_key.ts'
import { addKeys, readKeyrings } from '../apt_key/keyring.ts'
import { fetchUrl } from '../fetchurl.ts'
import type { Host, Steps } from '../module.ts'
import { isNamed, publicKeys } from '../openpgp.ts'

/** A personal package archive of Launchpad. */
export type Ppa = { readonly owner: string; readonly name: string }

/** Reads `ppa:OWNER/NAME`; the name may be left out. Throws a Failure for other texts after `ppa:`. */
export const parsePpa = (host: Host, repo: string): Ppa | undefined => {
  if (!repo.startsWith('ppa:')) return undefined
  const [, owner, name = 'ppa'] = /^ppa:([a-z0-9][a-z0-9+.-]*)(?:\/([a-z0-9][a-z0-9+.-]*))?$/i.exec(repo) ?? []
  if (owner !== undefined) return { owner, name }
  throw new Failure('module.parameter', `'${repo}' names no PPA`, { at: host.at, hint: 'write ppa:OWNER/NAME' })
}

export const sourceOfPpa = ({ owner, name }: Ppa, codename: string): string =>
  `deb http://ppa.launchpad.net/${owner}/${name}/ubuntu ${codename} main`

/** Yields the addition of the key that signs an archive, when apt does not trust it yet. */
export async function* trustPpa(host: Host, { owner, name }: Ppa, params: AptRepositoryParameters): Steps {
  const address = `https://launchpad.net/api/1.0/~${owner}/+archive/${name}`
  const told = JSON.parse((await fetchUrl(host, address, params.validate_certs)).toString()) as Record<string, unknown>
  const fingerprint = String(told['signing_key_fingerprint'] ?? '')
  const keyring = `/etc/apt/trusted.gpg.d/${owner}-${name}.gpg`
  const keyrings = await readKeyrings(host, undefined)
  if (keyrings.some(({ keys }) => keys.some((key) => isNamed(key, fingerprint)))) return {}
  const answer = await fetchUrl(host, keyserverUrl('hkp://keyserver.ubuntu.com:80', fingerprint), params.validate_certs)
  const keys = (publicKeys(answer) ?? []).filter((key) => isNamed(key, fingerprint))
  if (keys.length > 0) return yield* addKeys(host, keyring, keyrings, keys)
  throw new Failure('module.download', `no key server has the key '${fingerprint}' of ppa:${owner}/${name}`, {
    at: host.at,
  })
}
