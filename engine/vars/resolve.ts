import { undefinedFailure } from './python/failing.ts'
import { Fields } from './python/fields.ts'
import { type Dict, isDict, Omit, Template, Tuple, Undefined, type Value, Vaulted } from './value.ts'

/**
 * A value with every template inside it evaluated. Containers that hold none are handed back as they are, without a
 * copy; items that are `omit` are left out of the others. An Undefined anywhere is a Failure.
 */
export const resolveWith = (run: { nested(value: Template | Vaulted, name: string): Value }, value: Value): Value => {
  const resolve = (part: Value, name: string): Value => {
    if (part === null || typeof part !== 'object') return part
    if (Array.isArray(part)) return resolveList(part, name)
    if (part instanceof Fields) return part
    if (isDict(part)) return resolveDict(part)
    if (part instanceof Undefined) throw undefinedFailure(part)
    if (part instanceof Template || part instanceof Vaulted) return resolve(run.nested(part, name), name)
    return part
  }
  const resolveList = (list: Value[], name: string): Value => {
    let copy: Value[] | undefined
    for (let index = 0; index < list.length; index++) {
      const item = list[index]!
      const resolved = resolve(item, `${name}[${index}]`)
      if (copy === undefined && (resolved !== item || resolved instanceof Omit)) {
        copy = list instanceof Tuple ? new Tuple() : []
        for (let before = 0; before < index; before++) copy.push(list[before]!)
      }
      if (copy !== undefined && !(resolved instanceof Omit)) copy.push(resolved)
    }
    return copy ?? list
  }
  const resolveDict = (dict: Dict): Value => {
    // A lazy kind of Map computes its entries: only a copy of it is resolved.
    let copy: Dict | undefined = dict.constructor === Map ? undefined : new Map()
    let count = 0
    for (const [key, item] of dict) {
      const resolved = resolve(item, String(key))
      if (copy === undefined && (resolved !== item || resolved instanceof Omit))
        copy = new Map([...dict].slice(0, count))
      if (copy !== undefined && !(resolved instanceof Omit)) copy.set(key, resolved)
      count++
    }
    return copy ?? dict
  }
  return resolve(value, '[]')
}
