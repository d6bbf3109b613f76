import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { Failure } from '../../failure.ts'
import { passwordHash, randomSalt } from '../crypt/passwordhash.ts'
import { integerOr, textOr } from '../filters/given.ts'
import { seededRandom } from '../filters/random.ts'
import { fail, Missing, undefinedFailure } from '../python/failing.ts'
import { lines as splitLines } from '../python/strings.ts'
import { text } from '../python/text.ts'
import { regularExpression } from '../regularexpression.ts'
import type { Value } from '../value.ts'
import type { Lookup, LookupContext } from './lookup.ts'

const env: Lookup = (terms, options, context) =>
  terms.map((term) => context.surroundings.environment(text(term)) ?? options.get('default') ?? '')

/** The output of a shell command that runs on the controller, in the first directory of the search path. */
const outputOf = (command: string, context: LookupContext): string => {
  const [cwd] = context.surroundings.searchPath(context.scope)
  const { status, stdout, stderr, error } = spawnSync('/bin/sh', ['-c', command], {
    encoding: 'utf8',
    cwd,
    maxBuffer: 256 * 1024 * 1024,
  })
  if (error || status !== 0) {
    const reason = error?.message ?? (stderr.trim() || `it ended with ${status}`)
    throw new Failure('template.lookup', `the command of the lookup failed: ${command}: ${reason}`, { cause: error })
  }
  return stdout
}

const pipe: Lookup = (terms, _options, context) => terms.map((term) => outputOf(text(term), context).trimEnd())
const lines: Lookup = (terms, _options, context) => terms.flatMap((term) => splitLines(outputOf(text(term), context)))

const vars: Lookup = (terms, options, context) =>
  terms.map((term) => {
    const name = text(term)
    const value = context.scope.get(name) ?? options.get('default')
    if (value === undefined)
      throw undefinedFailure(new Missing(`'${name}'`, undefined, name, () => context.scope.names()))
    return context.settle(value)
  })

const varnames: Lookup = (terms, _options, context) => {
  const names = [...new Set(context.scope.names())]
  return terms.flatMap((term) => {
    const expression = regularExpression(text(term))
    return names.filter((name) => expression.test(name))
  })
}

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

/** The characters that `chars=ascii_letters,digits,.-` names; two commas stand for a comma. */
const alphabet = (value: Value | undefined): string => {
  const given = value ?? 'ascii_letters,digits,.,-,_,:'
  const parts = Array.isArray(given)
    ? given.map(text)
    : text(given)
        .replace(/,,/g, ',\x00,')
        .split(',')
        .filter(Boolean)
        .map((part) => part.replace('\x00', ','))
  const all =
    value === undefined
      ? `${alphabets['ascii_letters']}${alphabets['digits']}.,:-_`
      : parts.map((part) => alphabets[part] ?? part).join('')
  return [...new Set(all)].join('')
}

const newPassword = (length: number, characters: string, seed: Value | undefined): string => {
  const random =
    seed === undefined || seed === null ? { below: (bound: number) => randomInt(bound) } : seededRandom(seed)
  return Array.from({ length }, () => characters[random.below(characters.length)]!).join('')
}

/** Splits `path length=12 chars=digits` into the path and the options behind it. */
const readTerm = (term: string, options: ReadonlyMap<string, Value>): { path: string; options: Map<string, Value> } => {
  const all = new Map(options)
  let path = term
  for (let found = lastOption(path); found; found = lastOption(path)) {
    if (!all.has(found[2]!)) all.set(found[2]!, found[3]!)
    path = found[1]!
  }
  return { path, options: all }
}
const lastOption = (term: string) => /^(.*?)\s+(length|encrypt|chars|ident|seed)=(\S*)$/s.exec(term)

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

/** A password that is made once and kept in a file; with `encrypt` its hash, whose salt is kept beside it. */
const password: Lookup = (terms, named, context) =>
  terms.map((term) => {
    const { path: name, options } = readTerm(text(term), named)
    const [directory = '.'] = context.surroundings.searchPath(context.scope)
    const path = isAbsolute(name) ? name : join(directory, name)
    const isKept = path !== '/dev/null'
    const scheme = options.has('encrypt') ? textOr(options.get('encrypt'), '') : ''
    const stored = isKept ? readStored(path) : undefined
    const [, storedPassword = '', storedSalt] =
      stored === undefined ? [] : (/^(.*?)(?: salt=(\S+))?(?: ident=\S+)?$/s.exec(stored) ?? [])
    const plain =
      stored === undefined
        ? newPassword(
            integerOr(options.get('length'), 20, 'length'),
            alphabet(options.get('chars')),
            options.get('seed'),
          )
        : storedPassword
    const salt = scheme === '' ? undefined : (storedSalt ?? randomSalt(8))
    if (isKept && (stored === undefined || (salt !== undefined && storedSalt === undefined)))
      store(path, salt === undefined ? plain : `${plain} salt=${salt}`)
    if (salt === undefined) return plain
    return plain === '' ? fail(`the password file ${path} is empty`) : passwordHash(plain, scheme, { salt })
  })

export const machineLookups: Readonly<Record<string, Lookup>> = { env, lines, password, pipe, varnames, vars }
