import { hash, randomInt } from 'node:crypto'
import type { Filter } from '../context.ts'
import { fail } from '../python/failing.ts'
import { text } from '../python/text.ts'
import { alphabet, written } from './crypttext.ts'
import { integerOr } from './given.ts'
import { md5Crypt } from './md5crypt.ts'

/** A salt of random characters that crypt takes. */
export const randomSalt = (length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]!).join('')

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

const schemes: Readonly<Record<string, Scheme>> = {
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

/** SHA-crypt as glibc computes it. */
const shaCrypt = ({ kind, groups, rest }: Scheme, password: Buffer, salt: Buffer, rounds: number): string => {
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

const saltOf = (salt: string, most: number): string =>
  /^[./0-9A-Za-z]*$/.test(salt) && salt.length <= most
    ? salt
    : fail(`the salt '${salt}' is not valid`, `a salt has at most ${most} characters of ./0-9A-Za-z`)

/**
 * A password's hash as /etc/shadow holds it. Without a salt a random one is taken.
 * Throws a Failure for a scheme other than sha512, sha256 and md5 or a salt that crypt does not take.
 */
export const passwordHash = (
  password: string,
  kind: string,
  { salt, rounds = 656_000 }: { salt?: string | undefined; rounds?: number | undefined } = {},
): string => {
  if (/\0/.test(password)) return fail('a password must not hold a NUL character')
  if (kind === 'md5' || kind === 'md5_crypt') return md5Crypt(password, saltOf(salt ?? randomSalt(8), 8))
  const scheme =
    schemes[kind.replace(/_crypt$/, '')] ??
    fail(`the password hash '${kind}' is not available`, `use one of ${Object.keys(schemes).join(', ')}, md5`)
  const used = saltOf(salt ?? randomSalt(16), 16)
  const count = Math.min(Math.max(rounds, 1000), 999_999_999)
  const digits = shaCrypt(scheme, Buffer.from(password), Buffer.from(used), count)
  return `$${scheme.id}$${count === impliedRounds ? '' : `rounds=${count}$`}${used}$${digits}`
}

export const hashFilters: Readonly<Record<string, Filter>> = {
  password_hash: {
    parameters: ['hashtype', 'salt', 'salt_size', 'rounds', 'ident'],
    apply: (input, [kind, salt, size, rounds]) =>
      passwordHash(text(input), kind === undefined || kind === null ? 'sha512' : text(kind), {
        salt: salt === undefined || salt === null ? (size ? randomSalt(integerOr(size, 16)) : undefined) : text(salt),
        rounds: rounds === undefined || rounds === null ? undefined : integerOr(rounds, impliedRounds),
      }),
  },
}
