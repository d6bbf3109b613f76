import { createHash } from 'node:crypto'

/** `sha256:` and 64 hex digits, as every digest of the wire formats is written. */
export const digestOf = (content: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`

export const isDigest = (text: string): boolean => /^sha256:[0-9a-f]{64}$/.test(text)

/** JSON whose bytes depend on the data alone: keys sorted, no blanks, absent values left out. */
export const canonical = (data: unknown): string => {
  if (Array.isArray(data)) return `[${data.map((item) => canonical(item ?? null)).join(',')}]`
  if (data === null || typeof data !== 'object') return JSON.stringify(data ?? null)
  const members = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`)
  return `{${members.join(',')}}`
}
