import { randomInt } from 'node:crypto'
import { fail } from '../python/failing.ts'
import { bcrypt } from './bcrypt.ts'
import { md5Crypt } from './md5.ts'
import { shaCrypt } from './sha.ts'
import { alphabet } from './text.ts'

/** A salt of random characters that crypt takes. */
export const randomSalt = (length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]!).join('')

type Scheme = {
  /** How many characters a salt has at most; bcrypt wants all of them. */
  readonly saltSize: number
  readonly hasWholeSalt?: true
  readonly rounds: number
  /** The variant that a hash names when none is asked for. */
  readonly ident?: string
  readonly hash: (password: string, salt: string, rounds: number, ident: string | undefined) => string
}

const schemes: Readonly<Record<string, Scheme>> = {
  bcrypt: {
    saltSize: 22,
    hasWholeSalt: true,
    rounds: 12,
    ident: '2b',
    hash: (password, salt, rounds, ident = '2b') => {
      if (!['2a', '2b', '2y'].includes(ident)) fail(`bcrypt has no ident '${ident}'`, 'it may be 2a, 2b or 2y')
      if (rounds < 4 || rounds > 31) fail(`bcrypt takes rounds from 4 to 31, not ${rounds}`, 'each doubles the time')
      return bcrypt(password, salt, rounds, ident)
    },
  },
  md5_crypt: { saltSize: 8, rounds: 0, hash: (password, salt) => md5Crypt(password, salt) },
  sha256_crypt: {
    saltSize: 16,
    rounds: 535_000,
    hash: (password, salt, rounds) => shaCrypt('sha256', password, salt, rounds),
  },
  sha512_crypt: {
    saltSize: 16,
    rounds: 656_000,
    hash: (password, salt, rounds) => shaCrypt('sha512', password, salt, rounds),
  },
}

const shortNames: Readonly<Record<string, string>> = {
  blowfish: 'bcrypt',
  md5: 'md5_crypt',
  sha256: 'sha256_crypt',
  sha512: 'sha512_crypt',
}

const schemeOf = (name: string): Scheme => {
  const known = shortNames[name] ?? name
  const scheme = Object.hasOwn(schemes, known) ? schemes[known] : undefined
  return (
    scheme ?? fail(`the password hash '${name}' is not available`, `use one of ${Object.keys(shortNames).join(', ')}`)
  )
}

const checkedSalt = (salt: string, { saltSize, hasWholeSalt }: Scheme): string => {
  const isLong = hasWholeSalt ? salt.length === saltSize : salt.length <= saltSize
  if (/^[./0-9A-Za-z]*$/.test(salt) && isLong) return salt
  const size = hasWholeSalt ? `${saltSize}` : `at most ${saltSize}`
  return fail('the salt is not valid', `a salt has ${size} characters of ./0-9A-Za-z`)
}

export type HashOptions = {
  readonly salt?: string | undefined
  readonly saltSize?: number | undefined
  readonly rounds?: number | undefined
  /** Which of bcrypt's variants the hash names; other schemes have none. */
  readonly ident?: string | undefined
}

/** How many characters a random salt of a scheme has. @throws Failure for a scheme that is not there */
export const saltSizeOf = (kind: string): number => schemeOf(kind).saltSize

/** The variant that a scheme's hashes name when none is asked for. */
export const impliedIdent = (kind: string): string | undefined => schemeOf(kind).ident

/**
 * A password's hash as /etc/shadow holds it. Without a salt a random one is taken.
 * @throws Failure for an unknown scheme, or a salt, rounds or an ident that the scheme does not take
 */
export const passwordHash = (password: string, kind: string, { salt, saltSize, rounds, ident }: HashOptions = {}) => {
  if (password.includes('\0')) return fail('a password must not hold a NUL character')
  const scheme = schemeOf(kind)
  const used = checkedSalt(salt || randomSalt(saltSize ?? scheme.saltSize), scheme)
  return scheme.hash(password, used, rounds || scheme.rounds, ident || undefined)
}
