import { type Dict, isDict, type Key, Tuple, type Value } from '../value.ts'
import { order } from './compare.ts'
import { tuple } from './sequence.ts'
import { lines } from './strings.ts'
import { repr } from './text.ts'

/** How many columns a line may have. */
const width = 80

const entriesOf = (value: Dict): [Key, Value][] => {
  const entries = [...value]
  try {
    return entries.toSorted(([left], [right]) => order(left, right))
  } catch {
    return entries
  }
}

/** Everything with its dicts in the order of their keys. */
const sorted = (value: Value): Value => {
  if (value instanceof Tuple) return tuple(...Array.from(value, sorted))
  if (Array.isArray(value)) return value.map(sorted)
  return isDict(value) ? new Map(entriesOf(value).map(([key, item]) => [key, sorted(item)])) : value
}

/** A text in pieces that each fit the columns, cut behind white space. */
const pieces = (value: string, columns: number, kept: number): string[] => {
  const all: string[] = []
  const rows = lines(value, true)
  for (const [at, row] of rows.entries()) {
    const isLastRow = at === rows.length - 1
    if (repr(row).length <= columns - (isLastRow ? kept : 0)) {
      all.push(repr(row))
      continue
    }
    const words = row.match(/\S+\s*|\s+/g) ?? []
    let piece = ''
    for (const [index, word] of words.entries()) {
      const isLast = isLastRow && index === words.length - 1
      if (repr(piece + word).length <= columns - (isLast ? kept : 0)) piece += word
      else {
        if (piece !== '') all.push(repr(piece))
        piece = word
      }
    }
    if (piece !== '') all.push(repr(piece))
  }
  return all
}

/** Lays a value out from the column `indent` on; `kept` columns are wanted behind its last line. */
const laidOut = (value: Value, indent: number, kept: number, isOutermost = false): string => {
  const whole = repr(value)
  if (whole.length <= width - indent - kept) return whole
  const margin = `\n${' '.repeat(indent + 1)}`
  const keptBehind = (index: number, count: number, close: string) => (index === count - 1 ? kept + close.length : 1)
  if (isDict(value)) {
    const parts = [...value].map(([key, item], index) => {
      const head = `${repr(key)}: `
      return head + laidOut(item, indent + 1 + head.length, keptBehind(index, value.size, '}'))
    })
    return `{${parts.join(`,${margin}`)}}`
  }
  if (Array.isArray(value)) {
    const [open, close] = value instanceof Tuple ? ['(', value.length === 1 ? ',)' : ')'] : ['[', ']']
    const parts = Array.from(value, (item, index) => laidOut(item, indent + 1, keptBehind(index, value.length, close)))
    return open + parts.join(`,${margin}`) + close
  }
  if (typeof value !== 'string') return whole
  const bracket = isOutermost ? 1 : 0
  const all = pieces(value, width - indent - bracket, kept + bracket)
  if (all.length === 1) return whole
  const body = all.join(`\n${' '.repeat(indent + bracket)}`)
  return isOutermost ? `(${body})` : body
}

/** Python's pprint.pformat() of a value: lines of at most 80 columns, dicts in the order of their keys. */
export const pprint = (value: Value): string => laidOut(sorted(value), 0, 0, true)
