import { Failure, type Position } from '../failure.ts'

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** A range can be typed in a moment and name millions of hosts. */
const mostHosts = 1_000_000

const wrong = (range: string, why: string, at: Position | undefined): Failure =>
  new Failure('inventory.range', `the host range [${range}] ${why}`, {
    at,
    hint: 'write [01:16], [a:f] or, with a step, [0:30:2]',
  })

const sequence = (range: string, at: Position | undefined): string[] => {
  const bounds = range.split(':')
  if (bounds.length !== 2 && bounds.length !== 3) throw wrong(range, 'must be begin:end or begin:end:step', at)
  const begin = bounds[0] || '0'
  const end = bounds[1]!
  const step = Number(bounds[2] ?? 1)
  if (end === '') throw wrong(range, 'has no end', at)
  if (!Number.isInteger(step) || step < 1) throw wrong(range, 'needs a step of 1 or more', at)
  const width = begin.length > 1 && begin.startsWith('0') ? begin.length : 0
  if (width > 0 && width !== end.length) throw wrong(range, 'needs a begin and an end of the same length', at)
  const first = begin.length === 1 ? letters.indexOf(begin) : -1
  const last = end.length === 1 ? letters.indexOf(end) : -1
  if (first !== -1 && last !== -1) {
    if (first > last) throw wrong(range, 'must not begin behind its end', at)
    return [...letters.slice(first, last + 1)].filter((_, index) => index % step === 0)
  }
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(end)) throw wrong(range, 'must run between two numbers or two letters', at)
  const [from, to] = [Number(begin), Number(end)]
  if ((to - from) / step > mostHosts) throw wrong(range, `names more than ${mostHosts} hosts`, at)
  const found: string[] = []
  for (let number = from; number <= to; number += step) found.push(String(number).padStart(width, '0'))
  return found
}

/** The host names that a pattern such as `node[01:16].site` stands for; itself when it holds no range. */
export const expandRange = (pattern: string, at?: Position): string[] => {
  const open = pattern.indexOf('[')
  const close = pattern.indexOf(']', open)
  if (open === -1 || close === -1) return [pattern]
  const head = pattern.slice(0, open)
  const tail = pattern.slice(close + 1)
  const rest = expandRange(tail, at)
  return sequence(pattern.slice(open + 1, close), at).flatMap((part) => rest.map((end) => head + part + end))
}

export type HostEntry = { readonly names: readonly string[]; readonly port?: number }

/** Splits `host:port`, `[2001:db8::1]:port` and ranges as they stand in an inventory. */
export const hostEntry = (text: string, at?: Position): HostEntry => {
  const bracketed = /^\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\](?::(\d+))?$/.exec(text)
  if (bracketed) return { names: [bracketed[1]!], ...(bracketed[2] && { port: Number(bracketed[2]) }) }
  const withPort = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(text)
  if (withPort) return { names: expandRange(withPort[1]!, at), port: Number(withPort[2]) }
  if (text.endsWith(':') && !text.includes('::')) {
    throw new Failure('inventory.host', `'${text}' is not a host name`, {
      at,
      hint: "remove the ':'; only YAML inventories write it",
    })
  }
  return { names: expandRange(text, at) }
}
