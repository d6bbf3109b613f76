/** The epoch, version and release of an RPM. */
export type Evr = { readonly epoch: number; readonly version: string; readonly release: string }

/** Reads `1:2.3-4.el9`; a missing release is empty and matches every one. */
export const parseEvr = (text: string): Evr => {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/.exec(text) ?? []
  const dash = rest.indexOf('-')
  return {
    epoch: Number(epoch),
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? '' : rest.slice(dash + 1),
  }
}

const compareNumbers = (one: string, other: string): number => {
  const difference = BigInt(one) - BigInt(other)
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}

/** Compares one part as rpm does: runs of digits and of letters by turns; `~` sorts first, `^` behind the end. */
export const comparePart = (one: string, other: string): number => {
  const pieces = (text: string) => text.match(/\d+|[A-Za-z]+|~|\^/g) ?? []
  const left = pieces(one)
  const right = pieces(other)
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [a, b] = [left[index], right[index]]
    if (a === b) continue
    if (a === '~' || b === '~') return a === '~' ? -1 : 1
    if (a === undefined) return -1
    if (b === undefined) return 1
    if (a === '^' || b === '^') return a === '^' ? -1 : 1
    const numeric = [/^\d/.test(a), /^\d/.test(b)]
    if (numeric[0] !== numeric[1]) return numeric[0] ? 1 : -1
    const order = numeric[0] ? compareNumbers(a, b) : a < b ? -1 : 1
    if (order !== 0) return order
  }
  return 0
}

/** Compares two versions; a release counts only when both have one. */
export const compareEvr = (one: Evr, other: Evr): number =>
  one.epoch - other.epoch ||
  comparePart(one.version, other.version) ||
  (one.release && other.release ? comparePart(one.release, other.release) : 0)
