import { createHash, createHmac } from 'node:crypto'

/** One line of a known_hosts file. */
export type KnownHost = {
  readonly marker?: 'revoked' | 'cert-authority'
  readonly names: string
  readonly type: string
  readonly key: Buffer
}

/** The lines of a known_hosts file; lines that are none are skipped. */
export const parseKnownHosts = (text: string): KnownHost[] =>
  text.split('\n').flatMap((line) => {
    const [, marker, names = '', type = '', key = ''] =
      /^\s*(?:@(revoked|cert-authority)\s+)?([^#@\s]\S*)\s+(\S+)\s+([A-Za-z0-9+/=]+)/.exec(line) ?? []
    if (!key) return []
    const entry = { names, type, key: Buffer.from(key, 'base64') }
    return marker === 'revoked' || marker === 'cert-authority' ? [{ ...entry, marker }] : [entry]
  })

/** How known_hosts writes a host: the name alone on port 22, else `[name]:port`. */
export const knownName = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`)

const isHashed = (pattern: string, name: string): boolean => {
  const [, , salt = '', hash = ''] = pattern.split('|').slice(0, 4)
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

const isLike = (pattern: string, name: string): boolean => {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'i').test(name)
}

/** Whether a line is about a host: `*` and `?` patterns, `!` exceptions and hashed names are understood. */
export const isAbout = ({ names }: KnownHost, name: string): boolean => {
  if (names.startsWith('|1|')) return isHashed(names, name.toLowerCase())
  const patterns = names.split(',')
  if (patterns.some((pattern) => pattern.startsWith('!') && isLike(pattern.slice(1), name))) return false
  return patterns.some((pattern) => isLike(pattern, name))
}

/** The type that a public key in SSH's wire format names first. */
export const keyType = (key: Buffer): string => key.toString('latin1', 4, 4 + key.readUInt32BE(0))

/** `SHA256:…` as ssh-keygen prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

export type Verdict = 'known' | 'unknown' | 'changed' | 'revoked'

/** What the known hosts say about a key. */
export const judge = (known: readonly KnownHost[], name: string, key: Buffer): Verdict => {
  const about = known.filter((entry) => entry.marker !== 'cert-authority' && isAbout(entry, name))
  const same = about.filter((entry) => entry.key.equals(key))
  if (same.some((entry) => entry.marker === 'revoked')) return 'revoked'
  const valid = (entries: readonly KnownHost[]) => entries.some((entry) => entry.marker === undefined)
  if (valid(same)) return 'known'
  return valid(about) ? 'changed' : 'unknown'
}

/** Host key algorithms by the type of key that they prove; the strongest first. */
const algorithms: readonly (readonly [type: string, algorithms: readonly string[]])[] = [
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]

/** Host key algorithms to ask a host for: first those of its known keys, so that it shows a key that we know. */
export const hostKeyAlgorithms = (known: readonly KnownHost[], name: string): string[] => {
  const types = new Set(known.filter((entry) => !entry.marker && isAbout(entry, name)).map(({ type }) => type))
  const isKnown = ([type]: readonly [string, ...unknown[]]) => types.has(type)
  const ordered = [...algorithms.filter(isKnown), ...algorithms.filter((each) => !isKnown(each))]
  return ordered.flatMap(([, names]) => names)
}
