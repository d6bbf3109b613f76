/** A line of a file of authorized keys. */
export type KeyLine = {
  readonly options: string
  readonly type: string
  /** The key itself, in base64: what tells two keys apart, with its type. */
  readonly key: string
  readonly comment: string
}

const types =
  /^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com|\S+-cert-v\d+@openssh\.com)$/

/** The words of a line; a quoted text within an option is part of its word. */
const wordsOf = (line: string): string[] => line.match(/(?:"(?:\\"|[^"])*"|[^\s"])+/g) ?? []

/** Reads a line; undefined for comments, empty lines and what is no key. */
export const parseKey = (line: string): KeyLine | undefined => {
  if (/^\s*(#|$)/.test(line)) return undefined
  const words = wordsOf(line)
  const at = words.findIndex((word) => types.test(word))
  const key = words[at + 1]
  if (at < 0 || at > 1 || key === undefined || !/^[A-Za-z0-9+/]+=*$/.test(key)) return undefined
  const rest = line.slice(line.indexOf(key) + key.length).trim()
  return { options: at === 1 ? (words[0] ?? '') : '', type: words[at] ?? '', key, comment: rest }
}

export const formatKey = ({ options, type, key, comment }: KeyLine): string =>
  [options, type, key, comment].filter((part) => part !== '').join(' ')

const isSame = (one: KeyLine, other: KeyLine): boolean => one.type === other.type && one.key === other.key

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`)

/**
 * The file with the keys: one that is there is rewritten in its place when its options or comment differ, others come
 * at the end. With `exclusive` no other line stays.
 */
export const withKeys = (text: string, keys: readonly KeyLine[], exclusive: boolean): string => {
  const written = new Set<KeyLine>()
  const lines = linesOf(text).flatMap((line) => {
    const found = parseKey(line)
    if (!found) return exclusive ? [] : line
    const wanted = keys.find((key) => isSame(key, found))
    if (!wanted) return exclusive ? [] : line
    if (written.has(wanted)) return []
    written.add(wanted)
    const isEqual = found.options === wanted.options && found.comment === wanted.comment
    return isEqual ? line : formatKey(wanted)
  })
  return joined([...lines, ...keys.filter((key) => !written.has(key)).map(formatKey)])
}

export const withoutKeys = (text: string, keys: readonly KeyLine[]): string =>
  joined(
    linesOf(text).filter((line) => {
      const found = parseKey(line)
      return !found || !keys.some((key) => isSame(key, found))
    }),
  )
