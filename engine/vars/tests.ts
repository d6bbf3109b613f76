import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { messageOf } from '../failure.ts'
import type { Test } from './context.ts'
import { addressTests } from './filters/address.ts'
import { flagOr, integerOr, listOf, textOr } from './filters/given.ts'
import { urlTests } from './filters/url.ts'
import { isCallable } from './jinja/compile.ts'
import { equal, isTrue, order } from './python/compare.ts'
import { fail } from './python/failing.ts'
import { arithmetic, asNumber } from './python/number.ts'
import { contains } from './python/sequence.ts'
import { text } from './python/text.ts'
import { typeName } from './python/type.ts'
import { regularExpression } from './regularexpression.ts'
import { Float, isDict, Omit, Undefined, type Value, Vaulted } from './value.ts'
import { isVault } from './vault.ts'
import { compareVersions } from './version.ts'

const unary = (holds: (value: Value) => boolean): Test => ({ parameters: [], apply: (input) => holds(input) })
/** Looks at the value's own type and never inside it. */
const outside = (holds: (value: Value) => boolean): Test => ({
  parameters: [],
  isLazy: true,
  apply: (input) => holds(input),
})
const comparing = (holds: (left: Value, right: Value) => boolean): Test => ({
  parameters: ['other'],
  apply: (input, [other]) => holds(input, other ?? fail('the test needs a value to compare with')),
})

/** A key of a module's result; anything but a dict is a mistake. */
const result = (name: string, read: (value: ReadonlyMap<unknown, Value>) => boolean): Test => ({
  parameters: [],
  isLazy: true,
  apply: (input) =>
    isDict(input)
      ? read(input)
      : fail(
          `the test '${name}' needs the result of a task, not a value of type '${typeName(input)}'`,
          'use the variable that the task registered',
        ),
})
const isSet = (from: ReadonlyMap<unknown, Value>, key: string): boolean => isTrue(from.get(key) ?? false)
const failed = result('failed', (from) => isSet(from, 'failed'))
const succeeded = result('success', (from) => !isSet(from, 'failed'))
const changed = result('changed', (from) => {
  const results = from.get('results')
  if (from.has('changed') || !Array.isArray(results)) return isSet(from, 'changed')
  return results.some((one) => isDict(one) && isSet(one, 'changed'))
})

const matching = (defaultKind: 'match' | 'search' | 'fullmatch'): Test => ({
  parameters: ['pattern', 'ignorecase', 'multiline', 'match_type'],
  apply: (input, [pattern, ignorecase, multiline, kind]) => {
    const how = textOr(kind, defaultKind)
    const source = textOr(pattern, '')
    const placed = how === 'match' ? `\\A(?:${source})` : how === 'fullmatch' ? `\\A(?:${source})\\Z` : source
    return regularExpression(placed, {
      ignoreCase: flagOr(ignorecase, false),
      multiline: flagOr(multiline, false),
    }).test(text(input))
  },
})

const version: Test = {
  parameters: ['version', 'operator', 'strict', 'version_type'],
  apply: (input, [other, operator, strict, kind]) => {
    const given = textOr(kind, '')
    if ((strict ?? null) !== null && given !== '') return fail("give either 'strict' or 'version_type'")
    const used = flagOr(strict, false) ? 'strict' : given || 'loose'
    return compareVersions(text(input), text(other ?? ''), textOr(operator, 'eq'), used)
  },
}

const file = (holds: (path: string) => boolean): Test =>
  unary((value) => {
    try {
      return holds(text(value))
    } catch {
      return false
    }
  })

const mount = file((path) => statSync(path).dev !== statSync(`${path}/..`).dev || realpathSync(path) === '/')
const sameFile = comparing((left, right) => {
  const [one, other] = [left, right].map((path) => {
    try {
      return statSync(text(path))
    } catch (thrown) {
      return fail(`cannot look at '${text(path)}': ${messageOf(thrown)}`)
    }
  })
  return one?.ino === other?.ino && one?.dev === other?.dev
})

/** Whether there is a filter or test of the name. */
const known = (kind: 'filter' | 'test'): Test => ({
  parameters: [],
  apply: (input, _given, context) => context.isKnown(kind, text(input)),
})

const truthy = (wanted: boolean): Test => ({
  parameters: ['convert_bool'],
  apply: (input, [converts]) => {
    if (flagOr(converts, false) && typeof input === 'string') {
      const word = input.toLowerCase()
      if (['y', 'yes', 'on', '1', 'true', 't'].includes(word)) return wanted
      if (['n', 'no', 'off', '0', 'false', 'f'].includes(word)) return !wanted
    }
    return isTrue(input) === wanted
  },
})

const isInteger = (value: Value): boolean =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
const isFloat = (value: Value): boolean =>
  value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))
const isNumber = (value: Value): boolean => typeof value === 'boolean' || isInteger(value) || isFloat(value)
const remainder = (value: Value, by: number): boolean => equal(arithmetic('%', value, by), 0)
const eq = comparing(equal)
const ne = comparing((left, right) => !equal(left, right))
const lt = comparing((left, right) => order(left, right, '<') < 0)
const le = comparing((left, right) => order(left, right, '<=') <= 0)
const gt = comparing((left, right) => order(left, right, '>') > 0)
const ge = comparing((left, right) => order(left, right, '>=') >= 0)
const isIn: Test = {
  parameters: ['container'],
  isLazy: true,
  apply: (input, [container], context) =>
    contains(isDict(container ?? null) ? container! : context.resolve(container ?? null), context.resolve(input)),
}
const within = (inner: Value, outer: Value): boolean => listOf(inner).every((value) => contains(outer, value))
const subset = comparing(within)
const superset = comparing((left, right) => within(right, left))
const isSequence = (value: Value): boolean => Array.isArray(value) || typeof value === 'string' || isDict(value)

export const tests: ReadonlyMap<string, Test> = new Map(
  Object.entries<Test>({
    '!=': ne,
    '<': lt,
    '<=': le,
    '==': eq,
    '>': gt,
    '>=': ge,
    abs: file(isAbsolute),
    all: unary((value) => listOf(value).every(isTrue)),
    any: unary((value) => listOf(value).some(isTrue)),
    boolean: outside((value) => typeof value === 'boolean'),
    callable: { parameters: [], isLazy: true, acceptsUndefined: true, apply: isCallable },
    change: changed,
    changed,
    contains: {
      parameters: ['member'],
      apply: (input, [member]) => contains(input, member ?? fail("the test 'contains' needs a value")),
    },
    defined: { parameters: [], acceptsUndefined: true, apply: (input) => !(input instanceof Undefined) },
    directory: file((path) => statSync(path).isDirectory()),
    divisibleby: { parameters: ['num'], apply: (input, [by]) => remainder(input, integerOr(by, 1)) },
    eq,
    equalto: eq,
    escaped: unary(() => false),
    even: unary((value) => remainder(value, 2)),
    exists: file(existsSync),
    failed,
    failure: failed,
    false: outside((value) => value === false),
    falsy: truthy(false),
    file: file((path) => statSync(path).isFile()),
    filter: known('filter'),
    finished: result('finished', (from) => isTrue(from.get('finished') ?? true)),
    float: outside(isFloat),
    ge,
    greaterthan: gt,
    gt,
    in: isIn,
    integer: outside(isInteger),
    is_abs: file(isAbsolute),
    is_dir: file((path) => statSync(path).isDirectory()),
    is_file: file((path) => statSync(path).isFile()),
    is_link: file((path) => lstatSync(path).isSymbolicLink()),
    is_mount: mount,
    is_same_file: sameFile,
    isnan: outside((value) => Number.isNaN(asNumber(value))),
    issubset: subset,
    issuperset: superset,
    iterable: outside(isSequence),
    le,
    lessthan: lt,
    link: file((path) => lstatSync(path).isSymbolicLink()),
    link_exists: file((path) => lstatSync(path) !== undefined),
    lower: unary((value) => text(value).toLowerCase() === text(value) && /\p{L}/u.test(text(value))),
    lt,
    mapping: outside(isDict),
    match: matching('match'),
    mount,
    nan: outside((value) => Number.isNaN(asNumber(value))),
    ne,
    none: outside((value) => value === null),
    number: outside(isNumber),
    odd: unary((value) => remainder(value, 2) === false),
    omitted: { parameters: [], isLazy: true, apply: (input) => input instanceof Omit },
    reachable: result('reachable', (from) => !isSet(from, 'unreachable')),
    regex: matching('search'),
    same_file: sameFile,
    sameas: { parameters: ['other'], isLazy: true, apply: (input, [other]) => Object.is(input, other) },
    search: matching('search'),
    sequence: outside(isSequence),
    skip: result('skipped', (from) => isSet(from, 'skipped')),
    skipped: result('skipped', (from) => isSet(from, 'skipped')),
    started: result('started', (from) => isTrue(from.get('started') ?? true)),
    string: outside((value) => typeof value === 'string'),
    subset,
    succeeded,
    success: succeeded,
    successful: succeeded,
    superset,
    test: known('test'),
    timedout: result('timedout', (from) => isDict(from.get('timedout') ?? null)),
    true: outside((value) => value === true),
    truthy: truthy(true),
    undefined: { parameters: [], acceptsUndefined: true, apply: (input) => input instanceof Undefined },
    unreachable: result('unreachable', (from) => isSet(from, 'unreachable')),
    upper: unary((value) => text(value).toUpperCase() === text(value) && /\p{L}/u.test(text(value))),
    vault_encrypted: {
      parameters: [],
      isLazy: true,
      seesRaw: true,
      apply: (input) => input instanceof Vaulted || (typeof input === 'string' && isVault(input)),
    },
    vaulted_file: file((path) => isVault(readFileSync(path, 'latin1'))),
    version,
    version_compare: version,
    ...addressTests,
    ...urlTests,
  }),
)
