import { fail } from './python/failing.ts'

type Part = number | string

const operators: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '=': (order) => order === 0,
  eq: (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  ne: (order) => order !== 0,
  '<': (order) => order < 0,
  lt: (order) => order < 0,
  '<=': (order) => order <= 0,
  le: (order) => order <= 0,
  '>': (order) => order > 0,
  gt: (order) => order > 0,
  '>=': (order) => order >= 0,
  ge: (order) => order >= 0,
}

const looseParts = (version: string): Part[] =>
  (version.match(/\d+|[a-z]+|[^\da-z.]+/gi) ?? []).map((part) => (/^\d+$/.test(part) ? Number(part) : part))

const compareParts = (left: readonly Part[], right: readonly Part[], mixed: () => number): number => {
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const a = left[index]!
    const b = right[index]!
    if (a === b) continue
    if (typeof a !== typeof b) return mixed()
    return a < b ? -1 : 1
  }
  return left.length - right.length
}

const strictParts = (version: string): Part[] => {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version)
  if (match === null)
    return fail(`'${version}' is not a strict version number`, 'a strict version is like 1.2 or 1.2.3b1')
  const [, major, minor, patch = 0, stage, number = 0] = match
  return [Number(major), Number(minor), Number(patch), stage ?? 'z', Number(number)]
}

const compareIdentifiers = (left: string, right: string): number => {
  if (left === '' || right === '') return left === right ? 0 : left === '' ? 1 : -1
  const [a, b] = [left.split('.'), right.split('.')]
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [one, two] = [a[index]!, b[index]!]
    const isNumber = [/^\d+$/.test(one), /^\d+$/.test(two)]
    if (isNumber[0] !== isNumber[1]) return isNumber[0] ? -1 : 1
    const order = isNumber[0] ? Number(one) - Number(two) : one < two ? -1 : one > two ? 1 : 0
    if (order !== 0) return order
  }
  return a.length - b.length
}

const compareSemantic = (left: string, right: string): number => {
  const read = (version: string) =>
    /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(version) ?? fail(`'${version}' is not a semantic version`)
  const [a, b] = [read(left), read(right)]
  for (let index = 1; index <= 3; index++) if (a[index] !== b[index]) return Number(a[index]) - Number(b[index])
  return compareIdentifiers(a[4] ?? '', b[4] ?? '')
}

/** The parts of a Python package version that decide its order. */
const pep440 = (version: string): Part[] => {
  const match =
    /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:(?:-(\d+))|(?:[-_.]?(?:post|rev|r)[-_.]?(\d*)))?([-_.]?dev[-_.]?(\d*))?(?:\+[a-z\d.]+)?$/i.exec(
      version.trim(),
    )
  if (match === null) return fail(`'${version}' is not a Python package version`)
  const [all, epoch = '0', release = '', stage, stageNumber, postNumber, postOther, dev, devNumber] = match
  const isPost = postNumber !== undefined || postOther !== undefined || /post|rev|\dr\d/i.test(all)
  const numbers = release.split('.').map(Number)
  while (numbers.length > 1 && numbers.at(-1) === 0) numbers.pop()
  const rank: Readonly<Record<string, number>> = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 }
  const stageRank = stage ? rank[stage.toLowerCase()]! : dev && !isPost ? 0 : 4
  const padded = [...numbers, ...Array(Math.max(0, 8 - numbers.length)).fill(0)]
  return [
    Number(epoch),
    ...padded,
    stageRank,
    Number(stageNumber || 0),
    isPost ? 1 : 0,
    Number(postNumber ?? (postOther || 0)),
    dev ? 0 : 1,
    Number(devNumber || 0),
  ]
}

/** The order of two loosely written versions, as `version_sort` wants it. */
export const compareLoose = (left: string, right: string): number =>
  compareParts(looseParts(left), looseParts(right), () =>
    fail(`the versions '${left}' and '${right}' cannot be compared: a number stands where the other has letters`),
  )

/** Whether `left operator right` holds for versions of a kind: loose, strict, semver, semantic or pep440. */
export const compareVersions = (left: string, right: string, operator: string, kind: string): boolean => {
  const holds =
    operators[operator] ??
    fail(`there is no version operator '${operator}'`, `it may be ${Object.keys(operators).join(', ')}`)
  if (left === '' || right === '') return fail(`a version to compare is empty`)
  switch (kind) {
    case 'loose':
      return holds(compareLoose(left, right))
    case 'strict':
      return holds(compareParts(strictParts(left), strictParts(right), () => 0))
    case 'semver':
    case 'semantic':
      return holds(compareSemantic(left, right))
    case 'pep440':
      return holds(compareParts(pep440(left), pep440(right), () => 0))
    default:
      return fail(`there is no version_type '${kind}'`, 'it may be loose, strict, semver or pep440')
  }
}
