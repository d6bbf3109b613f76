import { hash } from 'node:crypto'
import { written } from './text.ts'

const digest = (...parts: readonly Buffer[]): Buffer => hash('md5', Buffer.concat(parts), 'buffer')

/** The order in which the digest's bytes are written, three at a time. */
const groups = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const

/** The hash `$1$` of crypt, as old systems have it; web servers know the same by the ident `$apr1$`. */
export const md5Crypt = (given: string, saltText: string, ident: '$1$' | '$apr1$' = '$1$'): string => {
  const password = Buffer.from(given)
  const salt = Buffer.from(saltText)
  const alternate = digest(password, salt, password)
  const first: Buffer[] = [password, Buffer.from(ident), salt, Buffer.alloc(password.length, alternate)]
  for (let bits = password.length; bits > 0; bits >>= 1) {
    first.push(bits & 1 ? Buffer.alloc(1) : password.subarray(0, 1))
  }
  let result = digest(...first)
  for (let round = 0; round < 1000; round++) {
    const isOdd = round % 2 === 1
    const parts = [isOdd ? password : result]
    if (round % 3 !== 0) parts.push(salt)
    if (round % 7 !== 0) parts.push(password)
    parts.push(isOdd ? result : password)
    result = digest(...parts)
  }
  const byte = (index: number): number => result[index] as number
  const text = groups.map(([a, b, c]) => written((byte(a) << 16) | (byte(b) << 8) | byte(c), 4)).join('')
  return `${ident}${saltText}$${text}${written(byte(11), 2)}`
}
