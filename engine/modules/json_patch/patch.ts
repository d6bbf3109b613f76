import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../failure.ts'
import { isRawNumber, type Json } from './document.ts'

export type Operation = {
  readonly op: 'add' | 'copy' | 'move' | 'remove' | 'replace' | 'test'
  readonly path: string
  readonly value?: unknown
  readonly from?: string
}

/** The new document; `failedTest` is the first test that did not hold, with the document as it was. */
export type Patched = { readonly document: Json; readonly failedTest?: Operation; readonly tested?: boolean }

const wrong = (message: string, hint?: string): Failure => new Failure('module.parameter', message, { hint })

/** The names of a pointer of RFC 6901. Throws a Failure for what is none. */
export const pointer = (text: string): string[] => {
  if (text === '') return []
  if (!text.startsWith('/') || /~(?![01])/.test(text)) {
    throw wrong(`'${text}' is no JSON pointer`, "write it as '/list/0/name'; '~1' stands for '/', '~0' for '~'")
  }
  return text
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

/** The members of an object; undefined for all other values. */
const membersOf = (value: Json | undefined): { readonly [key: string]: Json } | undefined => {
  if (value === undefined || value === null || typeof value !== 'object') return undefined
  return isList(value) || isRawNumber(value) ? undefined : value
}

/** Place in a list: `-` is behind the last one. */
const indexOf = (list: readonly Json[], name: string): number | undefined => {
  if (name === '-') return list.length
  return /^(0|[1-9]\d*)$/.test(name) ? Number(name) : undefined
}

/** The value at a place; undefined when there is none. */
const at = (value: Json | undefined, names: readonly string[]): Json | undefined => {
  const [name, ...rest] = names
  if (name === undefined) return value
  if (isList(value)) return at(value[indexOf(value, name) ?? -1], rest)
  const members = membersOf(value)
  return members && Object.hasOwn(members, name) ? at(members[name], rest) : undefined
}

/** An object with a member set in its place, or at the end; a member `__proto__` is one like others. */
const withMember = (object: { readonly [key: string]: Json }, name: string, value: Json | undefined) => {
  const members = Object.entries(object).filter(([key]) => value !== undefined || key !== name)
  const place = members.findIndex(([key]) => key === name)
  if (value !== undefined) {
    if (place < 0) members.push([name, value])
    else members[place] = [name, value]
  }
  return Object.fromEntries(members)
}

/** The document with another value at a place: undefined takes it away, `insert` makes room for it in a list. */
const changed = (
  value: Json | undefined,
  names: readonly string[],
  next: Json | undefined,
  insert: boolean,
  whole: string,
): Json => {
  const [name, ...rest] = names
  const none = () => wrong(`there is no place '${whole}' in the document`)
  if (name === undefined) {
    if (next === undefined) throw wrong('the document itself cannot be removed')
    return next
  }
  if (isList(value)) {
    const index = indexOf(value, name)
    const isEnd = index === value.length && rest.length === 0 && insert
    if (index === undefined || (index >= value.length && !isEnd)) throw none()
    if (rest.length > 0) return value.with(index, changed(value[index], rest, next, insert, whole))
    if (next === undefined) return value.toSpliced(index, 1)
    return insert ? value.toSpliced(index, 0, next) : value.with(index, next)
  }
  const members = membersOf(value)
  if (!members || (rest.length > 0 && !Object.hasOwn(members, name))) throw none()
  return withMember(members, name, rest.length === 0 ? next : changed(members[name], rest, next, insert, whole))
}

const wantedValue = ({ op, path, value }: Operation): Json => {
  if (value === undefined) throw wrong(`the operation '${op}' of '${path}' needs 'value'`)
  return value as Json
}

const apply = (document: Json, operation: Operation): Json => {
  const { op, path, from } = operation
  const names = pointer(path)
  const found = at(document, names)
  if (op === 'add') return changed(document, names, wantedValue(operation), true, path)
  if (op === 'remove') return found === undefined ? document : changed(document, names, undefined, false, path)
  if (op === 'replace') {
    if (found === undefined) throw wrong(`there is nothing at '${path}' to replace`, "use 'add' to have it in any case")
    return changed(document, names, wantedValue(operation), false, path)
  }
  if (from === undefined) throw wrong(`the operation '${op}' of '${path}' needs 'from'`)
  const source = at(document, pointer(from))
  // What was moved by an earlier run is there already.
  if (source === undefined && op === 'move' && found !== undefined) return document
  if (source === undefined) throw wrong(`there is nothing at '${from}' to ${op}`)
  if (op === 'move' && path.startsWith(`${from}/`)) throw wrong(`'${from}' cannot be moved into itself`)
  const rest = op === 'move' ? changed(document, pointer(from), undefined, false, from) : document
  return changed(rest, names, source, true, path)
}

/** Applies operations in order; none of them when a test does not hold. Throws a Failure for one that cannot be done. */
export const patched = (original: Json, operations: readonly Operation[]): Patched => {
  let document = original
  let tested: boolean | undefined
  for (const operation of operations) {
    if (operation.op !== 'test') {
      document = apply(document, operation)
      continue
    }
    tested = isDeepStrictEqual(at(document, pointer(operation.path)), wantedValue(operation))
    if (!tested) return { document: original, failedTest: operation, tested }
  }
  return tested === undefined ? { document } : { document, tested }
}
