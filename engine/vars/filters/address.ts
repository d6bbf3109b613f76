import {
  type Address,
  addressText,
  bitsOf,
  isWithin,
  networkOf,
  rangeOf,
  readAddress,
  reverseName,
} from '../address.ts'
import type { Filter, Test } from '../context.ts'
import { fail } from '../python/failing.ts'
import { asNumber, int, parts } from '../python/number.ts'
import { text } from '../python/text.ts'
import type { Value } from '../value.ts'
import { integerOr, listOf, textOr } from './given.ts'

const isPrivate = (address: Address): boolean =>
  ['private', 'uniqueLocal', 'loopback', 'linkLocal', 'carrierGradeNat', 'reserved'].includes(rangeOf(address))

type Query = (address: Address, source: Value) => Value

const shown = (address: Address, value: bigint): string => addressText(address.version, value)
const withPrefix = (address: Address, value: bigint): string => `${shown(address, value)}/${address.prefix}`
const isHost = (address: Address): boolean => {
  const { first, last, size } = networkOf(address)
  return size <= 2n || (address.value !== first && (address.version === 6 || address.value !== last))
}
const only =
  (holds: (address: Address) => boolean): Query =>
  (address, source) =>
    holds(address) ? source : false
/** What a lone address has no answer to, a network or an address within one does. */
const ofNetwork =
  (query: (address: Address, network: ReturnType<typeof networkOf>) => Value): Query =>
  (address) =>
    networkOf(address).size > 1n ? query(address, networkOf(address)) : false
const address: Query = (found) => (found.hasPrefix && !isHost(found) ? false : shown(found, found.value))
const cidr: Query = (found, source) => (found.hasPrefix ? withPrefix(found, found.value) : source)
const network: Query = (found) => shown(found, networkOf(found).first)
const subnet: Query = (found) => withPrefix(found, networkOf(found).first)
const hostWithPrefix: Query = (found) => (found.hasPrefix && isHost(found) ? withPrefix(found, found.value) : false)

const queries: Readonly<Record<string, Query>> = {
  '': (_found, source) => source,
  address,
  'address/prefix': hostWithPrefix,
  bool: () => true,
  broadcast: ofNetwork((found, { last }) => (found.prefix < bitsOf(found.version) - 1 ? shown(found, last) : false)),
  cidr,
  first_usable: ofNetwork((found, { firstUsable }) => shown(found, firstUsable)),
  gateway: hostWithPrefix,
  gw: hostWithPrefix,
  host: (found) => (found.hasPrefix && !isHost(found) ? false : `${shown(found, found.value)}/${found.prefix}`),
  'host/prefix': hostWithPrefix,
  hostmask: (found) => shown(found, networkOf(found).wildcard),
  hostnet: hostWithPrefix,
  int: (found) => (found.hasPrefix ? `${found.value}/${found.prefix}` : int(found.value)),
  ip: address,
  'ip/prefix': hostWithPrefix,
  ip_netmask: (found) => `${shown(found, found.value)} ${shown(found, networkOf(found).mask)}`,
  ip_wildcard: (found) => `${shown(found, found.value)} ${shown(found, networkOf(found).wildcard)}`,
  ipaddr: address,
  ipv4: only((found) => found.version === 4),
  ipv6: only((found) => found.version === 6),
  last_usable: ofNetwork((found, { lastUsable }) => shown(found, lastUsable)),
  'link-local': only((found) => rangeOf(found) === 'linkLocal'),
  lo: only((found) => rangeOf(found) === 'loopback'),
  loopback: only((found) => rangeOf(found) === 'loopback'),
  multicast: only((found) => rangeOf(found) === 'multicast'),
  net: (found, source) => (networkOf(found).size > 1n && found.value === networkOf(found).first ? source : false),
  netmask: (found) => shown(found, networkOf(found).mask),
  network,
  'network/prefix': subnet,
  network_id: network,
  network_netmask: (found) => `${shown(found, networkOf(found).first)} ${shown(found, networkOf(found).mask)}`,
  network_wildcard: (found) => `${shown(found, networkOf(found).first)} ${shown(found, networkOf(found).wildcard)}`,
  next_usable: ofNetwork((found, { lastUsable }) =>
    found.value + 1n <= lastUsable ? shown(found, found.value + 1n) : false,
  ),
  peer: ofNetwork((found, { size, first }) =>
    size === 2n || size === 4n
      ? shown(found, size === 2n ? found.value ^ 1n : first + 3n - (found.value - first))
      : fail('only a network of two hosts has a peer'),
  ),
  prefix: (found) => found.prefix,
  previous_usable: ofNetwork((found, { firstUsable }) =>
    found.value - 1n >= firstUsable ? shown(found, found.value - 1n) : false,
  ),
  private: only(isPrivate),
  public: only((found) => rangeOf(found) === 'unicast'),
  range_usable: ofNetwork(
    (found, { firstUsable, lastUsable }) => `${shown(found, firstUsable)}-${shown(found, lastUsable)}`,
  ),
  revdns: reverseName,
  router: hostWithPrefix,
  size: (found) => int(networkOf(found).size),
  size_usable: (found) => int(networkOf(found).lastUsable - networkOf(found).firstUsable + 1n),
  subnet,
  type: (found) =>
    found.hasPrefix && networkOf(found).size > 1n && found.value === networkOf(found).first ? 'network' : 'address',
  unicast: only((found) => rangeOf(found) !== 'multicast'),
  v4: only((found) => found.version === 4),
  v6: only((found) => found.version === 6),
  version: (found) => found.version,
  wildcard: (found) => shown(found, networkOf(found).wildcard),
  wrap: (found, source) => wrapped(found, text(source)),
}

const wrapped = (found: Address, source: string): string =>
  found.version === 6 ? `[${source.split('/')[0]}]${found.hasPrefix ? `/${found.prefix}` : ''}` : source

const read = (value: Value): Address | undefined => {
  if (typeof value === 'string') return readAddress(value)
  const number = typeof value === 'boolean' ? undefined : parts(value)
  if (number === undefined || number.float || number.value < 0) return undefined
  const whole = BigInt(number.value)
  if (whole >= 1n << 128n) return undefined
  const version = whole < 1n << 32n ? 4 : 6
  return { version, value: whole, prefix: bitsOf(version), hasPrefix: false }
}

/** The nth address of a network, counted from its end when n is negative. */
const nth = (found: Address, index: number): bigint | undefined => {
  const { first, last } = networkOf(found)
  const value = index < 0 ? last + 1n + BigInt(index) : first + BigInt(index)
  return value >= first && value <= last ? value : undefined
}

const answer = (value: Value, query: Value, version: number | undefined): Value => {
  const found = read(value)
  if (found === undefined || (version !== undefined && found.version !== version)) return false
  const source = typeof value === 'string' ? value : shown(found, found.value)
  if (typeof query === 'string') {
    const known = Object.hasOwn(queries, query) ? queries[query] : undefined
    if (known) return known(found, source)
    const outer = readAddress(query)
    if (outer) return isWithin(found, outer) ? source : false
    if (!/^-?\d+$/.test(query))
      return fail(
        `ipaddr has no query '${query}'`,
        `its queries are ${Object.keys(queries).filter(Boolean).join(', ')}`,
      )
  }
  const index = nth(found, integerOr(query, 0))
  return index === undefined ? false : withPrefix(found, index)
}

/** Applies to one value, or picks those of a list that have an answer. */
const querying = (version?: 4 | 6): Filter => ({
  parameters: ['query', 'version', 'alias'],
  apply: (input, [query, wanted]) => {
    const only =
      version ?? (wanted === undefined || wanted === false || wanted === null ? undefined : integerOr(wanted, 4))
    if (!Array.isArray(input)) return answer(input, query ?? '', only)
    return input.map((value) => answer(value, query ?? '', only)).filter((value) => value !== false)
  },
})

const required = (value: Value): Address => read(value) ?? fail(`'${text(value)}' is no IP address or network`)

const ipsubnet: Filter = {
  parameters: ['query', 'index'],
  apply: (input, [query, index]) => {
    const outer = read(input)
    if (outer === undefined) return false
    if (query === undefined || query === '') return subnet(outer, input)
    const size = asNumber(query) ?? (typeof query === 'string' && /^\d+$/.test(query) ? Number(query) : undefined)
    if (size === undefined) return isWithin(outer, required(query)) ? subnet(outer, input) : false
    const { first } = networkOf(outer)
    if (index === undefined) return size < outer.prefix ? false : String(1n << BigInt(size - outer.prefix))
    const number = integerOr(index, 0)
    const step = 1n << BigInt(bitsOf(outer.version) - size)
    if (size <= outer.prefix) {
      const parent = { ...outer, prefix: size }
      return `${shown(parent, networkOf(parent).first)}/${size}`
    }
    const count = 1n << BigInt(size - outer.prefix)
    const at = number < 0 ? count + BigInt(number) : BigInt(number)
    return at < 0n || at >= count ? false : `${shown(outer, first + at * step)}/${size}`
  },
}

const moving = (sign: 1 | -1): Filter => ({
  parameters: ['offset'],
  apply: (input, [offset]) => {
    const found = required(input)
    const { firstUsable, lastUsable } = networkOf(found)
    const value = found.value + BigInt(sign * integerOr(offset, 1))
    return value >= firstUsable && value <= lastUsable ? shown(found, value) : false
  },
})

const macPattern = /^(?:[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})$/i

const macStyles: Readonly<Record<string, (digits: string) => string>> = {
  '': (digits) => digits.match(/../g)!.join(':'),
  bare: (digits) => digits,
  cisco: (digits) => digits.match(/..../g)!.join('.'),
  dot: (digits) => digits.match(/..../g)!.join('.'),
  linux: (digits) => digits.match(/../g)!.join(':'),
  pgsql: (digits) => digits.match(/.{6}/g)!.join(':'),
  postgresql: (digits) => digits.match(/.{6}/g)!.join(':'),
  unix: (digits) =>
    digits
      .match(/../g)!
      .map((pair) => pair.replace(/^0/, ''))
      .join(':'),
  win: (digits) => digits.toUpperCase().match(/../g)!.join('-'),
}

const hardware = (isStrict: boolean): Filter => ({
  parameters: ['query', 'alias'],
  apply: (input, [query]) => {
    const source = text(input)
    const style = textOr(query, '')
    if (!macPattern.test(source)) return isStrict ? fail(`'${source}' is no hardware address`) : false
    if (style === '') return source
    if (style === 'bool') return true
    const digits = source.replace(/[^0-9a-f]/gi, '').toLowerCase()
    if (style === 'int') return Number.parseInt(digits, 16)
    return (
      macStyles[style] ??
      fail(
        `there is no style '${style}' for hardware addresses`,
        `the styles are ${Object.keys(macStyles).filter(Boolean).join(', ')}`,
      )
    )(digits)
  },
})

export const addressFilters: Readonly<Record<string, Filter>> = {
  hwaddr: hardware(false),
  ipaddr: querying(),
  ipmath: {
    parameters: ['amount'],
    apply: (input, [amount]) => {
      const found = required(input)
      return shown(found, found.value + BigInt(integerOr(amount, 0)))
    },
  },
  ipsubnet,
  ipv4: querying(4),
  ipv6: querying(6),
  ipwrap: {
    parameters: ['query'],
    apply: (input) => {
      const wrap = (value: Value): Value => {
        const found = read(value)
        return found ? wrapped(found, text(value)) : value
      }
      return Array.isArray(input) ? input.map(wrap) : wrap(input)
    },
  },
  macaddr: hardware(true),
  network_in_network: {
    parameters: ['test'],
    apply: (input, [inner]) => isWithin(required(inner ?? ''), required(input)),
  },
  network_in_usable: {
    parameters: ['test'],
    apply: (input, [inner]) => {
      const [outer, asked] = [required(input), required(inner ?? '')]
      const { firstUsable, lastUsable } = networkOf(outer)
      const range = networkOf(asked)
      return outer.version === asked.version && range.first >= firstUsable && range.last <= lastUsable
    },
  },
  next_nth_usable: moving(1),
  nthhost: {
    parameters: ['query'],
    apply: (input, [index]) => {
      const found = required(input)
      const value = nth(found, integerOr(index, 0))
      return value === undefined ? false : shown(found, value)
    },
  },
  previous_nth_usable: moving(-1),
  reduce_on_network: {
    parameters: ['network'],
    apply: (input, [outer]) => listOf(input).filter((value) => isWithin(required(value), required(outer ?? ''))),
  },
}

const testing = (holds: (found: Address) => boolean): Test => ({
  parameters: [],
  apply: (input) => {
    const found = typeof input === 'string' ? readAddress(input) : undefined
    return found !== undefined && holds(found)
  },
})

export const addressTests: Readonly<Record<string, Test>> = {
  in_network: { parameters: ['network'], apply: (input, [outer]) => isWithin(required(input), required(outer ?? '')) },
  ip: testing(() => true),
  ip_address: testing((found) => !found.hasPrefix),
  ipv4: testing((found) => found.version === 4),
  ipv4_address: testing((found) => found.version === 4 && !found.hasPrefix),
  ipv6: testing((found) => found.version === 6),
  ipv6_address: testing((found) => found.version === 6 && !found.hasPrefix),
  loopback: testing((found) => rangeOf(found) === 'loopback'),
  mac: { parameters: [], apply: (input) => typeof input === 'string' && macPattern.test(input) },
  multicast: testing((found) => rangeOf(found) === 'multicast'),
  private: testing(isPrivate),
  public: testing((found) => rangeOf(found) === 'unicast'),
}
