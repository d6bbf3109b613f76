import { readFileSync } from 'node:fs'
import { Failure, type Position } from '../failure.ts'
import { membersOf } from './groups.ts'
import type { Inventory, Selection } from './inventory.ts'

/** Names that mean the machine the engine runs on, whether an inventory names them or not. */
const localNames = ['localhost', '127.0.0.1', '::1']

const invalid = (pattern: string, why: string, at: Position | undefined): Failure =>
  new Failure('inventory.pattern', `the host pattern '${pattern}' ${why}`, {
    at,
    hint: "patterns are names, globs (web*), ~regex, group[0:3], joined by ',' or ':', with & and ! before a part",
  })

/** The parts of a pattern: separated by commas or, when there is none, by colons outside of brackets. */
export const splitPattern = (pattern: string): string[] => {
  if (pattern.includes(',')) {
    // a comma inside brackets belongs to a glob's set of characters
    const parts = pattern.match(/(?:[^,[\]]|\[[^\]]*\]|[[\]])+/g) ?? []
    return parts.map((part) => part.trim()).filter((part) => part !== '')
  }
  // an IPv6 address is full of colons
  if (/^[0-9a-f]*(?::[0-9a-f]*){2,}$/i.test(pattern.trim())) return [pattern.trim()]
  const parts = pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g)
  return parts ?? (pattern.trim() === '' ? [] : [pattern.trim()])
}

/** A shell glob as a regular expression over the whole name. */
const globExpression = (glob: string): RegExp => {
  let source = ''
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at]!
    const close = char === '[' ? glob.indexOf(']', at + 2) : -1
    if (char === '*') source += '.*'
    else if (char === '?') source += '.'
    else if (close !== -1) {
      const set = glob.slice(at + 1, close).replace(/[\\\]^[]/g, '\\$&')
      source += `[${set.replace(/^!/, '^')}]`
      at = close
    } else source += char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  }
  return new RegExp(`^${source}$`, 's')
}

type Matcher = { readonly matches: (name: string) => boolean; readonly isExact: boolean }

const matcherOf = (pattern: string, at: Position | undefined): Matcher => {
  if (pattern.startsWith('~')) {
    try {
      const source = pattern.slice(1).replaceAll('(?P<', '(?<')
      const expression = new RegExp(`^(?:${source})`)
      return { matches: (name) => expression.test(name), isExact: false }
    } catch {
      throw invalid(pattern, 'is no regular expression', at)
    }
  }
  if (!/[*?[]/.test(pattern)) return { matches: (name) => name === pattern, isExact: true }
  let expression: RegExp
  try {
    expression = globExpression(pattern)
  } catch {
    throw invalid(pattern, 'is no glob', at)
  }
  return { matches: (name) => expression.test(name), isExact: false }
}

/** The hosts that a part without subscript names: of all groups that match, and of hosts where it may mean hosts. */
const hostsMatching = (inventory: Inventory, pattern: string, at: Position | undefined): string[] => {
  const { matches, isExact } = matcherOf(pattern, at)
  const found = new Set<string>()
  const groups = isExact
    ? inventory.groups.has(pattern)
      ? [pattern]
      : []
    : [...inventory.groups.keys()].filter(matches)
  for (const group of groups) for (const host of membersOf(inventory, group)) found.add(host)
  if (groups.length === 0 || !isExact) {
    const hosts = isExact
      ? inventory.hosts.has(pattern)
        ? [pattern]
        : []
      : [...inventory.hosts.keys()].filter(matches)
    for (const host of hosts) found.add(host)
  }
  if (found.size === 0 && localNames.includes(pattern)) {
    found.add(localNames.find((name) => inventory.hosts.has(name)) ?? pattern)
  }
  return [...found]
}

/** `group[0]`, `group[-1]`, `group[1:]`, `group[0:2]`: both ends belong to it. */
const subscript = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/

const hostsOfPart = (inventory: Inventory, part: string, at: Position | undefined): string[] => {
  const sliced = part.startsWith('~') ? null : subscript.exec(part)
  if (!sliced) return hostsMatching(inventory, part, at)
  const hosts = hostsMatching(inventory, sliced[1]!, at)
  if (sliced[2] !== undefined) {
    const host = hosts.at(Number(sliced[2]))
    return host === undefined ? [] : [host]
  }
  return hosts.slice(Number(sliced[3]), sliced[4] ? Number(sliced[4]) + 1 : undefined)
}

/**
 * The hosts that a pattern chooses, in the order of the inventory. Parts with `&` and `!` apply after the others,
 * wherever they stand. A part that matches nothing chooses nothing; `unmatched` is told of it.
 * @throws Failure `inventory.pattern` for a pattern that cannot be read.
 */
export const selectHosts = (
  inventory: Inventory,
  pattern: string,
  at?: Position,
  unmatched?: (part: string) => void,
): Selection => {
  const parts = splitPattern(pattern)
  const named = parts.filter((part) => !/^[!&]/.test(part))
  const intersections = parts.filter((part) => part.startsWith('&'))
  const exclusions = parts.filter((part) => part.startsWith('!'))
  if (parts.length > 0 && named.length === 0) named.push('all')
  const hostsOf = (part: string): string[] => {
    if (part === '') throw invalid(pattern, 'has an empty part', at)
    const hosts = hostsOfPart(inventory, part, at)
    if (hosts.length === 0 && part !== 'all') unmatched?.(part)
    return hosts
  }
  let chosen = new Set(named.flatMap(hostsOf))
  for (const part of intersections) {
    const wanted = new Set(hostsOf(part.slice(1)))
    chosen = new Set([...chosen].filter((host) => wanted.has(host)))
  }
  for (const part of exclusions) for (const host of hostsOf(part.slice(1))) chosen.delete(host)
  return [...chosen]
}

/**
 * A `--limit` as a pattern: each part `@file` is replaced by the lines of that file.
 * @throws Failure `inventory.limit` when the file cannot be read.
 */
export const expandLimit = (limit: string): string =>
  limit
    .split(',')
    .flatMap((part) => {
      const trimmed = part.trim()
      if (!trimmed.startsWith('@')) return [trimmed]
      const file = trimmed.slice(1)
      try {
        return readFileSync(file, 'utf8')
          .split('\n')
          .map((line) => line.trim())
      } catch (cause) {
        throw new Failure('inventory.limit', `cannot read the limit file ${file}`, {
          cause,
          hint: 'check the path after @',
        })
      }
    })
    .filter((part) => part !== '')
    .join(',')

/** What people are told of a part of a pattern that matches nothing. */
export const unmatchedWarning = (part: string): string => `Could not match supplied host pattern, ignoring: ${part}`

/**
 * Warns of parts of a limit that match nothing.
 * @throws Failure `inventory.limit` when the limit leaves none of an inventory's hosts: the run would do nothing and look well.
 */
export const checkLimit = (inventory: Inventory, limit: string, warn: (message: string) => void): void => {
  const left = selectHosts(inventory, limit, undefined, (part) => warn(unmatchedWarning(part)))
  if (left.length > 0 || inventory.hosts.size === 0) return
  throw new Failure('inventory.limit', `the limit '${limit}' leaves no host of the inventory`, {
    hint: '`--list-hosts` without the limit shows the hosts that there are',
  })
}
