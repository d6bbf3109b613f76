import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { impliedIdent, passwordHash, randomSalt, saltSizeOf } from '../crypt/passwordhash.ts'
import { integerOr, listOf, textOr } from '../filters/given.ts'
import { seededRandom, unseededRandom } from '../filters/random.ts'
import { fail } from '../python/failing.ts'
import { text } from '../python/text.ts'
import type { Value } from '../value.ts'
import type { Lookup } from './lookup.ts'
import { besidePlaybook } from './search.ts'

const alphabets: Readonly<Record<string, string>> = {
  ascii_letters: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ascii_lowercase: 'abcdefghijklmnopqrstuvwxyz',
  ascii_uppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  digits: '0123456789',
  hexdigits: '0123456789abcdefABCDEF',
  octdigits: '01234567',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  whitespace: ' \t\n\r\v\f',
}

const defaultCharacters = ['ascii_letters', 'digits', '.,:-_']

/** The characters that `chars=ascii_letters,digits,.-` names; two commas stand for a comma. */
const alphabet = (value: Value): string => {
  const whole = typeof value === 'string' ? value : undefined
  const parts =
    whole === undefined
      ? listOf(value).map(text)
      : [...(whole.includes(',,') ? [','] : []), ...whole.replaceAll(',,', ',').split(',').filter(Boolean)]
  // Quotes would be trouble wherever the password is written.
  return parts
    .map((part) => alphabets[part] ?? part)
    .join('')
    .replace(/["']/g, '')
}

const newPassword = (length: number, characters: string, seed: Value | undefined): string => {
  if (characters === '') return fail("the lookup 'password' has no characters to choose from")
  const random = seed === undefined || seed === null ? unseededRandom() : seededRandom(text(seed))
  return Array.from({ length }, () => characters[random.below(characters.length)]!).join('')
}

const known = ['length', 'encrypt', 'chars', 'ident', 'seed']

/** Splits `path length=12 chars=digits` into the path and the options behind it. */
const readTerm = (term: string, options: ReadonlyMap<string, Value>): { path: string; options: Map<string, Value> } => {
  const all = new Map(options)
  let path = term
  for (let found = lastOption(path); found; found = lastOption(path)) {
    all.set(found[2]!, found[3]!)
    path = found[1]!
  }
  const odd = [...all.keys()].find((name) => !known.includes(name))
  if (odd !== undefined) fail(`the lookup 'password' has no option '${odd}'`, `its options are ${known.join(', ')}`)
  return { path, options: all }
}
const lastOption = (term: string) => /^(.*?)\s+(\w+)=(\S*)$/s.exec(term)

const readStored = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
}

const store = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.new`
  writeFileSync(temporary, `${content}\n`, { mode: 0o600 })
  chmodSync(temporary, 0o600)
  renameSync(temporary, path)
}

type Kept = { readonly plain: string; readonly salt?: string | undefined; readonly ident?: string | undefined }

const parsed = (content: string): Kept => {
  const [, plain = content, salt, ident] = /^(.*) salt=(\S+)(?: ident=(\S+))?$/s.exec(content) ?? []
  return { plain, salt, ident }
}

const written = ({ plain, salt, ident }: Kept): string =>
  `${plain}${salt === undefined ? '' : ` salt=${salt}`}${salt === undefined || ident === undefined ? '' : ` ident=${ident}`}`

/** A password that is made once and kept in a file; with `encrypt` its hash, whose salt is kept beside it. */
export const password: Lookup = (terms, named, context) =>
  terms.map((term) => {
    const { path: name, options } = readTerm(text(term), named)
    const path = besidePlaybook(name, context)
    const isKept = path !== '/dev/null'
    const scheme = textOr(options.get('encrypt'), '')
    const stored = isKept ? readStored(path) : undefined
    const kept = stored === undefined ? undefined : parsed(stored)
    const length = integerOr(options.get('length'), 20, 'length')
    const plain =
      kept?.plain ?? newPassword(length, alphabet(options.get('chars') ?? defaultCharacters), options.get('seed'))
    if (scheme === '') {
      if (isKept && kept === undefined) store(path, plain)
      return plain
    }
    if (plain === '') return fail(`the password file ${path} is empty`)
    const wanted = textOr(options.get('ident'), '') || undefined
    if (kept?.ident !== undefined && wanted !== undefined && kept.ident !== wanted)
      return fail(`the password file ${path} has the ident '${kept.ident}', not '${wanted}'`)
    const salt = kept?.salt ?? randomSalt(saltSizeOf(scheme))
    const ident = kept?.ident ?? wanted ?? impliedIdent(scheme)
    if (isKept && (kept?.salt === undefined || kept.ident !== ident)) store(path, written({ plain, salt, ident }))
    return passwordHash(plain, scheme, { salt, ident })
  })
