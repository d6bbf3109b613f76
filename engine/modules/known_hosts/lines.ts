import { createHmac, randomBytes } from 'node:crypto'
import { isAbout, type KnownHost, parseKnownHosts } from '../../connections/knownhosts.ts'

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** Reads a line of known_hosts; undefined when it holds no key of the host. */
export const keyIn = (line: string, host: string): KnownHost | undefined => {
  const [entry] = parseKnownHosts(line)
  return entry && isAbout(entry, host) ? entry : undefined
}

/** Whether two lines say the same; one hashed name is as good as another. */
const isSame = (one: KnownHost, other: KnownHost): boolean => {
  const isHashed = one.names.startsWith('|1|') && other.names.startsWith('|1|')
  const isNamed = isHashed || one.names === other.names
  return isNamed && one.marker === other.marker && one.type === other.type && one.key.equals(other.key)
}

/** The line of a key with its host's name hashed, as ssh-keygen -H does it. */
export const hashed = (line: string, host: string): string => {
  const salt = randomBytes(20)
  const digest = createHmac('sha1', salt).update(host).digest('base64')
  const words = line.trim().split(/\s+/)
  return words.with(words[0]?.startsWith('@') ? 1 : 0, `|1|${salt.toString('base64')}|${digest}`).join(' ')
}

/** Index of the host's first line with a key of the same type; -1 when there is none. */
const indexOf = (lines: readonly string[], host: string, key: KnownHost): number =>
  lines.findIndex((line) => keyIn(line, host)?.type === key.type)

/** The file with the key: the host's other key of the same type is replaced, all else stays. */
export const withKey = (text: string, host: string, line: string, key: KnownHost): string => {
  const lines = linesOf(text)
  const known = lines.flatMap((each) => keyIn(each, host) ?? [])
  if (known.some((entry) => isSame(entry, key))) return text
  const other = indexOf(lines, host, key)
  const kept = lines.filter((_, index) => index !== other).join('')
  return `${kept}${kept === '' || kept.endsWith('\n') ? '' : '\n'}${line.trim()}\n`
}

/** The file without the host's key of that type, or without all of its keys. */
export const withoutKey = (text: string, host: string, key: KnownHost | undefined): string => {
  const lines = linesOf(text)
  if (!key) return lines.filter((line) => keyIn(line, host) === undefined).join('')
  const index = indexOf(lines, host, key)
  return lines.filter((_, at) => at !== index).join('')
}
