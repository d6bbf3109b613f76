import { ipaddr } from '../ipaddr.ts'

/** An IP address, with the length of its network's prefix when one was written. */
export type Address = {
  readonly version: 4 | 6
  readonly value: bigint
  readonly prefix: number
  readonly hasPrefix: boolean
}

export const bitsOf = (version: 4 | 6): number => (version === 4 ? 32 : 128)

const fromBytes = (bytes: readonly number[]): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)

/** An address's text in its shortest usual form. */
export const addressText = (version: 4 | 6, value: bigint): string => {
  const bytes = Array.from({ length: version === 4 ? 4 : 16 }, (_, index) =>
    Number((value >> BigInt(8 * ((version === 4 ? 3 : 15) - index))) & 0xffn),
  )
  if (version === 4) return bytes.join('.')
  const { IPv6 } = ipaddr()
  return new IPv6(bytes).toRFC5952String()
}

const prefixOf = (version: 4 | 6, source: string): number | undefined => {
  const bits = bitsOf(version)
  if (/^\d+$/.test(source)) return Number(source) <= bits ? Number(source) : undefined
  if (version !== 4 || !ipaddr().IPv4.isValidFourPartDecimal(source)) return undefined
  const mask = fromBytes(ipaddr().IPv4.parse(source).octets)
  const text = mask.toString(2).padStart(32, '0')
  if (/^1*0*$/.test(text)) return text.indexOf('0') < 0 ? 32 : text.indexOf('0')
  return /^0*1*$/.test(text) ? text.indexOf('1') : undefined
}

/** Reads `10.0.0.1`, `10.0.0.0/24`, `10.0.0.0/255.255.255.0`, `fe80::1/64`; undefined for anything else. */
export const readAddress = (source: string): Address | undefined => {
  const [host = '', suffix, ...rest] = source.trim().split('/')
  if (rest.length > 0) return undefined
  const version = ipaddr().IPv4.isValidFourPartDecimal(host)
    ? 4
    : host.includes(':') && ipaddr().IPv6.isValid(host) && !host.includes('%')
      ? 6
      : undefined
  if (version === undefined) return undefined
  const value = fromBytes(version === 4 ? ipaddr().IPv4.parse(host).octets : ipaddr().IPv6.parse(host).toByteArray())
  const prefix = suffix === undefined ? bitsOf(version) : prefixOf(version, suffix)
  return prefix === undefined ? undefined : { version, value, prefix, hasPrefix: suffix !== undefined }
}

const maskOf = ({ version, prefix }: Address): bigint =>
  ((1n << BigInt(prefix)) - 1n) << BigInt(bitsOf(version) - prefix)
const wildcardOf = (address: Address): bigint => maskOf(address) ^ ((1n << BigInt(bitsOf(address.version))) - 1n)

/** The first and last address of the network that an address lies in, and those that hosts can have. */
export const networkOf = (address: Address) => {
  const first = address.value & maskOf(address)
  const last = first | wildcardOf(address)
  const hasEdges = address.version === 4 && address.prefix < 31
  return {
    first,
    last,
    mask: maskOf(address),
    wildcard: wildcardOf(address),
    firstUsable: hasEdges ? first + 1n : first,
    lastUsable: hasEdges ? last - 1n : last,
    size: last - first + 1n,
  }
}

/** Whether one address or network lies within another. */
export const isWithin = (inner: Address, outer: Address): boolean => {
  if (inner.version !== outer.version) return false
  const [a, b] = [networkOf(inner), networkOf(outer)]
  return a.first >= b.first && a.last <= b.last
}

/** What an address is used for: `private`, `loopback`, `multicast`, `unicast` … */
export const rangeOf = ({ version, value }: Address): string => ipaddr().parse(addressText(version, value)).range()

/** The name under which an address is looked up in the DNS. */
export const reverseName = ({ version, value }: Address): string => {
  if (version === 4) return `${addressText(4, value).split('.').reverse().join('.')}.in-addr.arpa.`
  return `${[...value.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa.`
}
