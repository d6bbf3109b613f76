import ipaddr from 'ipaddr.js'
import { domainsOf, namesOf } from '../dhcp/message.ts'

/** Messages of DHCP for IPv6, as RFC 8415 and 3646 have them. */
export type Dhcp6Type = 'solicit' | 'advertise' | 'request' | 'renew' | 'rebind' | 'reply' | 'information'

const types: Readonly<Record<Dhcp6Type, number>> = {
  solicit: 1,
  advertise: 2,
  request: 3,
  renew: 5,
  rebind: 6,
  reply: 7,
  information: 11,
}

const code = {
  client: 1,
  server: 2,
  association: 3,
  address: 5,
  wanted: 6,
  preference: 7,
  elapsed: 8,
  status: 13,
  dns: 23,
  search: 24,
} as const

/** Octets of a message before its options, and of an association's and an address' content before theirs. */
const headLength = 4
const associationHead = 12
const addressHead = 24

const ethernet = 1
const infiniband = 32
const forever = 0xffff_ffff

export type Dhcp6Request = {
  readonly type: 'solicit' | 'request' | 'renew' | 'rebind' | 'information'
  /** 24 bits. */
  readonly transaction: number
  /** Of the card: 6 octets, or 20 for InfiniBand. */
  readonly mac: string
  /** Seconds since the client began. */
  readonly seconds: number
  /** Identifier of the server that it chose. */
  readonly server?: Buffer
  /** The address that it was offered, or has. */
  readonly address?: string
}

export type Dhcp6Answer = {
  readonly type: 'advertise' | 'reply'
  readonly transaction: number
  readonly server: Buffer
  /** How much its server wants to be chosen, 0 to 255. */
  readonly preference: number
  /** Absent when the server has none for the client. */
  readonly address?: string
  /** Seconds, Infinity for ever; when to ask that server again, and when any. */
  readonly leaseTime: number
  readonly preferred: number
  readonly renewal: number
  readonly rebinding: number
  readonly dns: readonly string[]
  readonly search: readonly string[]
}

const octets = (mac: string): Buffer => Buffer.from(mac.replaceAll(/[:-]/g, ''), 'hex')
const packed = (address: string): Buffer => Buffer.from(ipaddr.IPv6.parse(address).toByteArray())
const shown = (content: Uint8Array): string => new ipaddr.IPv6([...content]).toRFC5952String()

/**
 * Who the client is, DUID-LL: the card's own address, as reservations are made by it, and as it is the same on every boot of
 * a node that remembers nothing.
 */
export const clientDuid = (mac: string): Buffer => {
  const address = octets(mac)
  return Buffer.concat([Buffer.from([0, 3, 0, address.length === 6 ? ethernet : infiniband]), address])
}

/** Which of its associations it asks for: the end of that address. */
const associationOf = (mac: string): Buffer => octets(mac).subarray(-4)

const option = (number: number, ...content: readonly Uint8Array[]): Buffer => {
  const head = Buffer.alloc(4)
  const whole = Buffer.concat(content)
  head.writeUInt16BE(number)
  head.writeUInt16BE(whole.length, 2)
  return Buffer.concat([head, whole])
}

const word = (value: number): Buffer => {
  const content = Buffer.alloc(2)
  content.writeUInt16BE(value)
  return content
}

/** A request as it goes over the wire. */
export const encodeRequest6 = (request: Dhcp6Request): Buffer => {
  const { type, transaction, mac, seconds, server, address } = request
  const head = Buffer.alloc(headLength)
  head.writeUInt32BE(transaction & 0xff_ffff)
  head[0] = types[type]
  // lifetimes are the server's to say
  const held = address === undefined ? [] : [option(code.address, packed(address), Buffer.alloc(8))]
  return Buffer.concat([
    head,
    option(code.client, clientDuid(mac)),
    ...(server === undefined ? [] : [option(code.server, server)]),
    option(code.elapsed, word(Math.min(0xffff, Math.max(0, Math.floor(seconds * 100))))),
    option(code.wanted, word(code.dns), word(code.search)),
    ...(type === 'information' ? [] : [option(code.association, associationOf(mac), Buffer.alloc(8), ...held)]),
  ])
}

/** The options in a content; what is cut off at its end is left out. */
const readOptions = (content: Buffer): readonly { readonly number: number; readonly content: Buffer }[] => {
  const found: { number: number; content: Buffer }[] = []
  for (let at = 0; at + 4 <= content.length; ) {
    const length = content.readUInt16BE(at + 2)
    const part = content.subarray(at + 4, at + 4 + length)
    if (part.length === length) found.push({ number: content.readUInt16BE(at), content: part })
    at += 4 + length
  }
  return found
}

/** A status other than success: the server has nothing, or knows the client no more. */
const isRefused = (options: ReturnType<typeof readOptions>): boolean =>
  options.some(({ number, content }) => number === code.status && content.length >= 2 && content.readUInt16BE() !== 0)

const secondsOf = (value: number): number => (value === forever ? Number.POSITIVE_INFINITY : value)

type Association = Pick<Dhcp6Answer, 'leaseTime' | 'preferred' | 'renewal' | 'rebinding'> & { readonly address: string }

/** The address of an association that still lives. */
const associationIn = (content: Buffer): Association | undefined => {
  if (content.length < associationHead) return undefined
  const options = readOptions(content.subarray(associationHead))
  if (isRefused(options)) return undefined
  for (const { number, content: held } of options) {
    if (number !== code.address || held.length < addressHead || isRefused(readOptions(held.subarray(addressHead))))
      continue
    const preferred = secondsOf(held.readUInt32BE(16))
    const leaseTime = secondsOf(held.readUInt32BE(20))
    if (leaseTime === 0) continue
    // a server that leaves the times to the client says 0
    const renewal = secondsOf(content.readUInt32BE(4)) || preferred / 2
    const rebinding = secondsOf(content.readUInt32BE(8)) || (preferred * 4) / 5
    return { address: shown(held.subarray(0, 16)), preferred, leaseTime, renewal, rebinding }
  }
  return undefined
}

const addressesIn = (content: Buffer | undefined): string[] =>
  Array.from({ length: Math.floor((content?.length ?? 0) / 16) }, (_, index) =>
    shown(content!.subarray(index * 16, index * 16 + 16)),
  )

/** An answer of a server to the client with that card; undefined for what is none. */
export const decodeAnswer6 = (message: Buffer, mac: string): Dhcp6Answer | undefined => {
  const type = (['advertise', 'reply'] as const).find((each) => types[each] === message[0])
  if (type === undefined || message.length < headLength) return undefined
  const options = readOptions(message.subarray(headLength))
  const first = (wanted: number) => options.find(({ number }) => number === wanted)?.content
  const server = first(code.server)
  if (server === undefined || !first(code.client)?.equals(clientDuid(mac))) return undefined
  const isOwn = ({ number, content }: (typeof options)[number]) =>
    number === code.association && content.subarray(0, 4).equals(associationOf(mac))
  const own = options.find(isOwn)
  const association = own && !isRefused(options) ? associationIn(own.content) : undefined
  return {
    type,
    transaction: message.readUIntBE(1, 3),
    server,
    preference: first(code.preference)?.[0] ?? 0,
    leaseTime: 0,
    preferred: 0,
    renewal: 0,
    rebinding: 0,
    ...association,
    dns: addressesIn(first(code.dns)),
    search: domainsOf(namesOf(first(code.search))),
  }
}
