import { createHash } from 'node:crypto'

/** A public key of an OpenPGP keyring (RFC 9580), with the packets that belong to it. */
export type PublicKey = {
  /** In upper case. */
  readonly fingerprint: string
  /** The last (version 6: the first) 16 hexadecimal digits of the fingerprint. */
  readonly id: string
  readonly userIds: readonly string[]
  /** Fingerprints of its subkeys. */
  readonly subkeys: readonly string[]
  /** All packets: the key as a binary keyring holds it. */
  readonly bytes: Buffer
}

type Packet = { readonly tag: number; readonly body: Buffer; readonly bytes: Buffer }

const begin = '-----BEGIN PGP PUBLIC KEY BLOCK-----'
const end = '-----END PGP PUBLIC KEY BLOCK-----'

export const isArmored = (bytes: Buffer): boolean => bytes.includes(begin)

/** The packets in armor; several blocks may follow each other. */
const dearmor = (bytes: Buffer): Buffer => {
  const blocks = bytes.toString('latin1').split(begin).slice(1)
  return Buffer.concat(
    blocks.map((block) => {
      const lines = (block.split(end)[0] ?? '').split(/\r?\n/).map((line) => line.trim())
      // Headers (`Version: …`) end with an empty line; a line with `=` before it is the checksum.
      const start = lines.findIndex((line, index) => index > 0 && line === '')
      const data = lines.slice(start + 1).filter((line) => !line.startsWith('='))
      return Buffer.from(data.join(''), 'base64')
    }),
  )
}

/** A keyring in armor. The optional checksum is left out. */
export const armor = (bytes: Buffer): string => {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return [begin, '', ...lines, end, ''].join('\n')
}

/** Length of a packet's body and where it starts; undefined for what is no packet. */
const lengthAt = (bytes: Buffer, at: number): { tag: number; start: number; length: number } | undefined => {
  const byte = (index: number) => bytes[index] ?? 0
  const first = byte(at)
  if ((first & 0x80) === 0) return undefined
  if (first & 0x40) {
    const tag = first & 0x3f
    const one = byte(at + 1)
    if (one < 192) return { tag, start: at + 2, length: one }
    if (one < 224) return { tag, start: at + 3, length: ((one - 192) << 8) + byte(at + 2) + 192 }
    return one === 255 && at + 6 <= bytes.length
      ? { tag, start: at + 6, length: bytes.readUInt32BE(at + 2) }
      : undefined
  }
  const tag = (first >> 2) & 0x0f
  const size = [1, 2, 4][first & 3]
  if (size === undefined || at + 1 + size > bytes.length) return undefined
  return { tag, start: at + 1 + size, length: bytes.readUIntBE(at + 1, size) }
}

const packetsOf = (bytes: Buffer): Packet[] | undefined => {
  const packets: Packet[] = []
  for (let at = 0; at < bytes.length; ) {
    const found = lengthAt(bytes, at)
    const next = found && found.start + found.length
    if (!found || next === undefined || next > bytes.length) return undefined
    packets.push({
      tag: found.tag,
      body: bytes.subarray(found.start, next),
      bytes: bytes.subarray(at, next),
    })
    at = next
  }
  return packets
}

/** The fingerprint of a key packet of version 4 or 6; undefined for older ones, which nothing accepts any more. */
const fingerprintOf = (body: Buffer): string | undefined => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  if (body[0] === 4)
    return createHash('sha1').update('\x99', 'latin1').update(length.subarray(2)).update(body).digest('hex')
  if (body[0] === 6) return createHash('sha256').update('\x9b', 'latin1').update(length).update(body).digest('hex')
  return undefined
}

const tags = { key: 6, userId: 13, subkey: 14 }

/** The public keys of a keyring, armored or binary; undefined when the bytes are none. */
export const publicKeys = (bytes: Buffer): PublicKey[] | undefined => {
  const packets = packetsOf(isArmored(bytes) ? dearmor(bytes) : bytes)
  if (!packets || packets[0]?.tag !== tags.key) return undefined
  const starts = packets.flatMap(({ tag }, index) => (tag === tags.key ? [index] : []))
  return starts.flatMap((start, index): PublicKey[] => {
    const own = packets.slice(start, starts[index + 1])
    const body = own[0]!.body
    const fingerprint = fingerprintOf(body)?.toUpperCase()
    if (fingerprint === undefined) return []
    return [
      {
        fingerprint,
        id: keyId(fingerprint),
        userIds: own.filter(({ tag }) => tag === tags.userId).map((packet) => packet.body.toString()),
        subkeys: own
          .filter(({ tag }) => tag === tags.subkey)
          .flatMap((packet) => fingerprintOf(packet.body)?.toUpperCase() ?? []),
        bytes: Buffer.concat(own.map((packet) => packet.bytes)),
      },
    ]
  })
}

/** The 16 digits that name a key by its fingerprint. */
export const keyId = (fingerprint: string): string =>
  fingerprint.length === 64 ? fingerprint.slice(0, 16) : fingerprint.slice(-16)

/** A key as people name it (`0x` and blanks are allowed), in upper case; undefined when it is no name of a key. */
export const parseKeyName = (text: string): string | undefined => {
  const name = text.replace(/\s/g, '').replace(/^0x/i, '').toUpperCase()
  return /^[0-9A-F]+$/.test(name) && [8, 16, 32, 40, 64].includes(name.length) ? name : undefined
}

/** Whether a name, short or whole, means the key or one of its subkeys. */
export const isNamed = ({ fingerprint, subkeys }: PublicKey, name: string): boolean =>
  [fingerprint, ...subkeys].some((one) =>
    name.length > 16 ? one === name : name.length === 16 ? keyId(one) === name : keyId(one).endsWith(name),
  )
