import { type Boxes, encipher, newBoxes } from './blowfish.ts'

/** Base64 in the order of characters that bcrypt has. */
const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const swapped = (text: string, from: string, to: string): string =>
  Array.from(text, (character) => to[from.indexOf(character)] ?? '').join('')

const encode = (bytes: Buffer): string => swapped(bytes.toString('base64').replaceAll('=', ''), standard, alphabet)
const decode = (text: string): Buffer => Buffer.from(swapped(text, alphabet, standard), 'base64')

/** Bytes over and over as so many words. */
const cycled = (bytes: Uint8Array, count: number): Int32Array => {
  const buffer = Buffer.alloc(count * 4, bytes)
  return Int32Array.from({ length: count }, (_, at) => buffer.readInt32BE(at * 4))
}

/** Mixes a key of 18 words into the boxes, and a salt of 4 words while it does. */
const expand = (boxes: Boxes, key: Int32Array, salt: Int32Array): void => {
  for (let at = 0; at < 18; at++) boxes.p[at]! ^= key[at]!
  const block = new Int32Array(2)
  let taken = 0
  for (const box of [boxes.p, boxes.s]) {
    for (let at = 0; at < box.length; at += 2) {
      block[0]! ^= salt[taken]!
      block[1]! ^= salt[taken + 1]!
      taken ^= 2
      encipher(boxes, block)
      box[at] = block[0]!
      box[at + 1] = block[1]!
    }
  }
}

const nothing = new Int32Array(4)

/**
 * The hash `$2b$` of crypt. `cost` is the binary logarithm of the rounds (4 to 31), `salt` 22 characters of bcrypt's
 * base64; of the password 72 bytes count.
 */
export const bcrypt = (password: string, salt: string, cost: number, ident: string): string => {
  const saltBytes = decode(salt).subarray(0, 16)
  const key = cycled(Buffer.from(`${password}\0`).subarray(0, 72), 18)
  const saltKey = cycled(saltBytes, 18)
  const boxes = newBoxes()
  expand(boxes, key, cycled(saltBytes, 4))
  for (let round = 2 ** cost; round > 0; round--) {
    expand(boxes, key, nothing)
    expand(boxes, saltKey, nothing)
  }
  const text = Buffer.from('OrpheanBeholderScryDoubt')
  const words = cycled(text, 6)
  for (let round = 0; round < 64; round++) for (const at of [0, 2, 4]) encipher(boxes, words, at)
  for (const [at, word] of words.entries()) text.writeInt32BE(word, at * 4)
  return `$${ident}$${String(cost).padStart(2, '0')}$${encode(saltBytes)}${encode(text.subarray(0, 23))}`
}
