import { createHash, randomInt } from 'node:crypto'
import { fail } from '../python/failing.ts'
import { parts } from '../python/number.ts'
import { text } from '../python/text.ts'
import type { Value } from '../value.ts'

/** A source of integers from 0 up to and without a bound. */
export type Random = { below(bound: number): number }

/** Numbers below a bound from words of 32 random bits, as Python draws them: as many bits as the bound has, until they fit. */
const drawing = (next: () => number): Random => ({
  below(bound) {
    if (!Number.isSafeInteger(bound)) return fail('random takes ranges of less than 2 ** 53 numbers')
    const bits = bound.toString(2).length
    for (;;) {
      const low = bits > 32 ? next() : next() >>> (32 - bits)
      const value = bits > 32 ? (next() >>> (64 - bits)) * 2 ** 32 + low : low
      if (value < bound) return value
    }
  },
})

export const unseededRandom = (): Random => drawing(() => randomInt(2 ** 32))

/** The Mersenne Twister MT19937 with Python's seeding, so that a seed gives here what it gives there. */
class Twister {
  private readonly state = new Uint32Array(624)
  private index = 624

  constructor(key: readonly number[]) {
    const { state } = this
    state[0] = 19650218
    for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i
    let i = 1
    let j = 0
    for (let round = Math.max(624, key.length); round > 0; round--) {
      state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1664525)) + key[j]! + j
      if (++i >= 624) {
        state[0] = state[623]!
        i = 1
      }
      if (++j >= key.length) j = 0
    }
    for (let round = 623; round > 0; round--) {
      state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1566083941)) - i
      if (++i >= 624) {
        state[0] = state[623]!
        i = 1
      }
    }
    state[0] = 0x80000000
  }

  private refill(): void {
    const { state } = this
    for (let i = 0; i < 624; i++) {
      const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff)
      state[i] = state[(i + 397) % 624]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0)
    }
    this.index = 0
  }

  next(): number {
    if (this.index >= 624) this.refill()
    let value = this.state[this.index++]!
    value ^= value >>> 11
    value ^= (value << 7) & 0x9d2c5680
    value ^= (value << 15) & 0xefc60000
    return (value ^ (value >>> 18)) >>> 0
  }
}

const seedNumber = (seed: Value): bigint => {
  const number = parts(seed)
  if (number && !number.float) return BigInt(number.value) < 0n ? -BigInt(number.value) : BigInt(number.value)
  const bytes = Buffer.from(text(seed))
  return BigInt(`0x${Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]).toString('hex')}`)
}

/** Python's `random.Random(seed)` for an integer or a string. */
export const seededRandom = (seed: Value): Random => {
  const key: number[] = []
  for (let rest = seedNumber(seed); rest > 0n; rest >>= 32n) key.push(Number(rest & 0xffffffffn))
  const twister = new Twister(key.length > 0 ? key : [0])
  return drawing(() => twister.next())
}
