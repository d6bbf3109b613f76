import { hash } from 'node:crypto'
import { written } from './text.ts'

type Scheme = {
  readonly id: string
  readonly kind: 'sha256' | 'sha512'
  readonly groups: readonly (readonly [number, number, number])[]
  readonly rest: readonly number[]
}

/** The order in which crypt writes the digest's bytes, three at a time. */
const rotations = (
  size: number,
  start: readonly [number, number, number],
  step: (at: readonly [number, number, number]) => [number, number, number],
) => {
  const groups: [number, number, number][] = []
  let at: [number, number, number] = [...start]
  for (let count = 0; count < Math.floor(size / 3); count++) {
    groups.push(at)
    at = step(at)
  }
  return groups
}

const schemes: Readonly<Record<'sha256' | 'sha512', Scheme>> = {
  sha512: {
    id: '6',
    kind: 'sha512',
    groups: rotations(63, [0, 21, 42], ([a, b, c]) => [b + 1, c + 1, a + 1]),
    rest: [63],
  },
  sha256: {
    id: '5',
    kind: 'sha256',
    groups: rotations(30, [0, 10, 20], ([a, b, c]) => [c + 1, a + 1, b + 1]),
    rest: [31, 30],
  },
}

/** The digest of SHA-crypt as glibc computes and writes it. */
const digits = ({ kind, groups, rest }: Scheme, password: Buffer, salt: Buffer, rounds: number): string => {
  const digest = (...parts: readonly Buffer[]): Buffer => hash(kind, Buffer.concat(parts), 'buffer')
  const filled = (block: Buffer, length: number): Buffer => Buffer.alloc(length, block)
  const alternate = digest(password, salt, password)
  const first: Buffer[] = [password, salt, filled(alternate, password.length)]
  for (let bits = password.length; bits > 0; bits >>= 1) first.push(bits & 1 ? alternate : password)
  let result = digest(...first)
  const passwordBytes = filled(digest(...Array.from({ length: password.length }, () => password)), password.length)
  const saltBytes = filled(digest(...Array.from({ length: 16 + result[0]! }, () => salt)), salt.length)
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1
    const parts = [isOdd ? passwordBytes : result]
    if (round % 3 !== 0) parts.push(saltBytes)
    if (round % 7 !== 0) parts.push(passwordBytes)
    parts.push(isOdd ? result : passwordBytes)
    result = digest(...parts)
  }
  const tail =
    rest.length === 1 ? written(result[rest[0]!]!, 2) : written((result[rest[0]!]! << 8) | result[rest[1]!]!, 3)
  return groups.map(([a, b, c]) => written((result[a]! << 16) | (result[b]! << 8) | result[c]!, 4)).join('') + tail
}

/** The rounds that SHA-crypt means when a hash names none. */
const impliedRounds = 5000

/** The hashes `$5$` and `$6$` of crypt. */
export const shaCrypt = (kind: 'sha256' | 'sha512', password: string, salt: string, rounds: number): string => {
  const count = Math.min(Math.max(rounds, 1000), 999_999_999)
  const scheme = schemes[kind]
  const shown = count === impliedRounds ? '' : `rounds=${count}$`
  return `$${scheme.id}$${shown}${salt}$${digits(scheme, Buffer.from(password), Buffer.from(salt), count)}`
}
