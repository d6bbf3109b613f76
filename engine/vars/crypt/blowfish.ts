/** The boxes that a Blowfish key schedule starts from and turns into its own. */
export type Boxes = { readonly p: Int32Array; readonly s: Int32Array }

const words = 18 + 4 * 256

/** The fraction of pi, 32 bits a word: Machin's formula in integers with some bits to spare. */
const fractionOfPi = (): Int32Array => {
  const spare = 64n
  const one = 1n << (BigInt(words * 32) + spare)
  const arctangentOfInverse = (x: bigint): bigint => {
    let term = one / x
    let sum = term
    for (let n = 3n, sign = -1n; term !== 0n; n += 2n, sign = -sign) {
      term /= x * x
      sum += (sign * term) / n
    }
    return sum
  }
  const pi = 4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n))
  const hex = ((pi - 3n * one) >> spare).toString(16).padStart(words * 8, '0')
  return Int32Array.from({ length: words }, (_, at) => Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16))
}

let digits: Int32Array | undefined

export const newBoxes = (): Boxes => {
  digits ??= fractionOfPi()
  return { p: digits.slice(0, 18), s: digits.slice(18) }
}

/** Enciphers the block of two words at `at` in place: sixteen rounds. */
export const encipher = ({ p, s }: Boxes, block: Int32Array, at = 0): void => {
  let left = block[at]! ^ p[0]!
  let right = block[at + 1]!
  for (let round = 1; round <= 16; round += 2) {
    let mixed = s[left >>> 24]! + s[256 + ((left >>> 16) & 0xff)]!
    mixed = (mixed ^ s[512 + ((left >>> 8) & 0xff)]!) + s[768 + (left & 0xff)]!
    right ^= mixed ^ p[round]!
    mixed = s[right >>> 24]! + s[256 + ((right >>> 16) & 0xff)]!
    mixed = (mixed ^ s[512 + ((right >>> 8) & 0xff)]!) + s[768 + (right & 0xff)]!
    left ^= mixed ^ p[round + 1]!
  }
  block[at] = right ^ p[17]!
  block[at + 1] = left
}
