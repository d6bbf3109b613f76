import { equal } from '../python/compare.ts'
import { asNumber } from '../python/number.ts'
import { type Dict, isDict, type Value } from '../value.ts'
import { callFunction } from './functions.ts'
import type { Query } from './parser.ts'

/** What counts as false: nothing, false, and what is empty. */
export const isFalse = (value: Value): boolean =>
  value === null ||
  value === false ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isDict(value) && value.size === 0)

const sliceOf = (list: Value[], [from, to, step = 1]: readonly (number | undefined)[]): Value[] => {
  const { length } = list
  const clamp = (index: number, low: number, high: number) =>
    Math.min(Math.max(index < 0 ? index + length : index, low), high)
  const taken: Value[] = []
  if (step > 0) {
    const end = to === undefined ? length : clamp(to, 0, length)
    for (let at = from === undefined ? 0 : clamp(from, 0, length); at < end; at += step) taken.push(list[at] as Value)
  } else if (step < 0) {
    const end = to === undefined ? -1 : clamp(to, -1, length - 1)
    for (let at = from === undefined ? length - 1 : clamp(from, -1, length - 1); at > end; at += step)
      taken.push(list[at] as Value)
  }
  return taken
}

const compare = (operator: string, left: Value, right: Value): Value => {
  if (operator === '==') return equal(left, right)
  if (operator === '!=') return !equal(left, right)
  const [a, b] = [asNumber(left), asNumber(right)]
  if (a === undefined || b === undefined || typeof left === 'boolean' || typeof right === 'boolean') return null
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}

const project = (list: Value, right: Query): Value =>
  Array.isArray(list) ? list.map((item) => evaluate(right, item)).filter((item) => item !== null) : null

/** The value of a query on some data. */
export const evaluate = (query: Query, data: Value): Value => {
  switch (query.kind) {
    case 'current':
      return data
    case 'literal':
      return query.value
    case 'field':
      return isDict(data) ? (data.get(query.name) ?? null) : null
    case 'index':
      return Array.isArray(data) ? (data.at(query.index) ?? null) : null
    case 'slice':
      return Array.isArray(data) ? sliceOf(data, query.parts) : null
    case 'pipe':
    case 'sub':
      return evaluate(query.right, evaluate(query.left, data))
    case 'and': {
      const left = evaluate(query.left, data)
      return isFalse(left) ? left : evaluate(query.right, data)
    }
    case 'or': {
      const left = evaluate(query.left, data)
      return isFalse(left) ? evaluate(query.right, data) : left
    }
    case 'not':
      return isFalse(evaluate(query.inner, data))
    case 'flatten': {
      const list = evaluate(query.inner, data)
      return Array.isArray(list) ? list.flatMap((item) => (Array.isArray(item) ? Array.from(item) : [item])) : null
    }
    case 'values': {
      const dict = evaluate(query.inner, data)
      return isDict(dict) ? [...dict.values()] : null
    }
    case 'reference':
      return null
    case 'project':
      return project(evaluate(query.left, data), query.right)
    case 'filter': {
      const list = evaluate(query.left, data)
      if (!Array.isArray(list)) return null
      return project(
        list.filter((item) => !isFalse(evaluate(query.condition, item))),
        query.right,
      )
    }
    case 'compare':
      return compare(query.operator, evaluate(query.left, data), evaluate(query.right, data))
    case 'list':
      return data === null ? null : query.items.map((item) => evaluate(item, data))
    case 'dict':
      return data === null ? null : (new Map(query.entries.map(([name, item]) => [name, evaluate(item, data)])) as Dict)
    case 'call':
      return callFunction(query.name, query.args, data, evaluate)
  }
}
