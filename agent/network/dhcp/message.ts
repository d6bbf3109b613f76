/** Messages of DHCP for IPv4, as RFC 2131 and 2132 (and 3442, 3397, 4390) have them. */
export type DhcpType = 'discover' | 'offer' | 'request' | 'decline' | 'ack' | 'nak'

const types: readonly DhcpType[] = ['discover', 'offer', 'request', 'decline', 'ack', 'nak']

const code = {
  netmask: 1,
  routers: 3,
  dns: 6,
  domain: 15,
  mtu: 26,
  requested: 50,
  leaseTime: 51,
  type: 53,
  server: 54,
  wanted: 55,
  maximum: 57,
  renewal: 58,
  rebinding: 59,
  client: 61,
  search: 119,
  routes: 121,
} as const

const cookie = 0x63825363
const headLength = 236
const ethernet = 1
const infiniband = 32

export type DhcpRequest = {
  readonly type: 'discover' | 'request'
  readonly transaction: number
  /** Of the card: 6 octets, or 20 for InfiniBand. */
  readonly mac: string
  /** Seconds since the client began. */
  readonly seconds: number
  /** The address that the client has, when it renews it. */
  readonly own?: string
  /** The address that it would like. */
  readonly requested?: string
  /** The server that it chose. */
  readonly server?: string
}

export type DhcpAnswer = {
  readonly type: DhcpType
  readonly transaction: number
  readonly address: string
  readonly prefix: number
  readonly server: string | undefined
  readonly routers: readonly string[]
  readonly routes: readonly { readonly to: string; readonly via: string }[]
  readonly dns: readonly string[]
  readonly search: readonly string[]
  readonly mtu: number | undefined
  /** Seconds, Infinity for ever; when to ask that server again, and when any. */
  readonly leaseTime: number
  readonly renewal: number
  readonly rebinding: number
}

const octets = (mac: string): Buffer => Buffer.from(mac.replaceAll(/[:-]/g, ''), 'hex')
const packed = (address: string): Buffer => Buffer.from(address.split('.').map(Number))

/**
 * The client identifier: hardware type and address, as iPXE and most firmware send it, so that the server sees one and
 * the same machine. InfiniBand's is made of the port's GUID, as its firmware and dhclient make it.
 */
export const clientIdentifier = (mac: string): Buffer => {
  const address = octets(mac)
  return address.length === 6
    ? Buffer.concat([Buffer.from([ethernet]), address])
    : Buffer.concat([Buffer.from('ff000000000002000002c900', 'hex'), address.subarray(-8)])
}

const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([number, content.length]), content])

/** A request as it goes over the wire. Answers are asked for by broadcast: the client has no address to take them at. */
export const encodeRequest = (request: DhcpRequest): Buffer => {
  const { type, transaction, seconds, own, requested, server } = request
  const mac = octets(request.mac)
  const isEthernet = mac.length === 6
  const head = Buffer.alloc(headLength)
  head[0] = 1 // from a client
  head[1] = isEthernet ? ethernet : infiniband
  head[2] = isEthernet ? 6 : 0 // an InfiniBand address has no room here
  head.writeUInt32BE(transaction >>> 0, 4)
  head.writeUInt16BE(Math.min(0xffff, Math.max(0, Math.floor(seconds))), 8)
  if (own === undefined) head.writeUInt16BE(0x8000, 10)
  else packed(own).copy(head, 12)
  if (isEthernet) mac.copy(head, 28)
  const magic = Buffer.alloc(4)
  magic.writeUInt32BE(cookie)
  const wanted = [
    code.netmask,
    code.routers,
    code.dns,
    code.domain,
    code.mtu,
    code.leaseTime,
    code.renewal,
    code.rebinding,
  ]
  const whole = Buffer.concat([
    head,
    magic,
    field(code.type, Buffer.from([types.indexOf(type) + 1])),
    field(code.client, clientIdentifier(request.mac)),
    field(code.maximum, Buffer.from([0x05, 0xdc])), // 1500 octets
    ...(requested === undefined ? [] : [field(code.requested, packed(requested))]),
    ...(server === undefined ? [] : [field(code.server, packed(server))]),
    field(code.wanted, Buffer.from([...wanted, code.search, code.routes])),
    Buffer.from([255]),
  ])
  // relays drop what is shorter than a BOOTP message
  return Buffer.concat([whole, Buffer.alloc(Math.max(0, 300 - whole.length))])
}

/** The options of a message; one that comes in several parts is put together. */
const readOptions = (message: Buffer): ReadonlyMap<number, Buffer> => {
  const found = new Map<number, Buffer>()
  for (let at = headLength + 4; at < message.length && message[at] !== 255; ) {
    const number = message[at]!
    if (number === 0) {
      at++
      continue
    }
    const length = message[at + 1] ?? 0
    const content = message.subarray(at + 2, at + 2 + length)
    if (content.length === length) found.set(number, Buffer.concat([found.get(number) ?? Buffer.alloc(0), content]))
    at += 2 + length
  }
  return found
}

const addresses = (content: Buffer | undefined): string[] =>
  Array.from({ length: Math.floor((content?.length ?? 0) / 4) }, (_, index) =>
    content!.subarray(index * 4, index * 4 + 4).join('.'),
  )

const number = (content: Buffer | undefined, length: 2 | 4): number | undefined =>
  content?.length === length ? content.readUIntBE(0, length) : undefined

const prefixOf = (netmask: Buffer | undefined): number | undefined => {
  if (netmask?.length !== 4) return undefined
  const bits = [...netmask].map((octet) => octet.toString(2).padStart(8, '0')).join('')
  return bits.lastIndexOf('1') + 1
}

/** Classless routes: the prefix's length, as many octets as it needs, the gateway. */
const routesOf = (content: Buffer = Buffer.alloc(0)): DhcpAnswer['routes'] => {
  const routes: { to: string; via: string }[] = []
  for (let at = 0; at < content.length; ) {
    const prefix = content[at]!
    const length = Math.ceil(prefix / 8)
    const whole = content.subarray(at + 1, at + 5 + length)
    if (prefix > 32 || whole.length < length + 4) break
    const to = [...whole.subarray(0, length), 0, 0, 0, 0].slice(0, 4).join('.')
    routes.push({ to: `${to}/${prefix}`, via: whole.subarray(length).join('.') })
    at += 5 + length
  }
  return routes
}

/** Names as DNS packs them, with pointers back into the same list. */
export const namesOf = (content: Buffer = Buffer.alloc(0)): string[] => {
  const labels = (from: number, depth = 0): { words: string[]; next: number } => {
    const words: string[] = []
    for (let at = from; at < content.length; ) {
      const length = content[at]!
      if (length === 0) return { words, next: at + 1 }
      if (length >= 0xc0) {
        const pointed = depth < 8 ? labels(((length & 0x3f) << 8) | (content[at + 1] ?? 0), depth + 1).words : []
        return { words: [...words, ...pointed], next: at + 2 }
      }
      words.push(content.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    return { words, next: content.length }
  }
  const names: string[] = []
  for (let at = 0; at < content.length; ) {
    const { words, next } = labels(at)
    if (words.length > 0) names.push(words.join('.'))
    at = next
  }
  return names
}

/** What reaches resolv.conf comes from the network: words that cannot be a domain are left out. */
export const domainsOf = (names: readonly string[]): readonly string[] =>
  names.filter((name) => /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name))

/** An answer of a server; undefined for what is none. */
export const decodeAnswer = (message: Buffer): DhcpAnswer | undefined => {
  if (message.length < headLength + 4 || message[0] !== 2 || message.readUInt32BE(headLength) !== cookie)
    return undefined
  const options = readOptions(message)
  const type = types[(options.get(code.type)?.[0] ?? 0) - 1]
  if (type === undefined) return undefined
  const address = message.subarray(16, 20).join('.')
  const given = number(options.get(code.leaseTime), 4) ?? 3600
  const leaseTime = given === 0xffff_ffff ? Number.POSITIVE_INFINITY : Math.max(60, given)
  const domain = options.get(code.domain)?.toString('latin1').replaceAll('\0', '')
  const search = options.has(code.search) ? namesOf(options.get(code.search)) : (domain ?? '').split(' ')
  const mtu = number(options.get(code.mtu), 2)
  return {
    type,
    transaction: message.readUInt32BE(4),
    address,
    prefix: prefixOf(options.get(code.netmask)) ?? 24,
    server: addresses(options.get(code.server))[0],
    // who sends classless routes says with them where the default one goes
    routers: options.has(code.routes) ? [] : addresses(options.get(code.routers)),
    routes: routesOf(options.get(code.routes)),
    dns: addresses(options.get(code.dns)),
    search: domainsOf(search),
    mtu: mtu !== undefined && mtu >= 576 ? mtu : undefined,
    leaseTime,
    renewal: Math.min(leaseTime, number(options.get(code.renewal), 4) ?? leaseTime / 2),
    rebinding: Math.min(leaseTime, number(options.get(code.rebinding), 4) ?? (leaseTime * 7) / 8),
  }
}
