type Version = { readonly epoch: number; readonly upstream: string; readonly revision: string }

const parse = (text: string): Version => {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(text) ?? []
  const dash = rest.lastIndexOf('-')
  return {
    epoch: Number(epoch),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  }
}

/** `~` sorts before the end of a part, letters before all other characters. */
const rank = (character: string | undefined): number => {
  if (character === '~') return -1
  if (character === undefined || /\d/.test(character)) return 0
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256
}

/** Compares text and numbers by turns. */
const comparePart = (one: string, other: string): number => {
  let left = one
  let right = other
  while (left !== '' || right !== '') {
    const texts = [/^\D*/.exec(left)?.[0] ?? '', /^\D*/.exec(right)?.[0] ?? ''] as const
    for (let index = 0; index < Math.max(texts[0].length, texts[1].length); index++) {
      const difference = rank(texts[0][index]) - rank(texts[1][index])
      if (difference !== 0) return difference
    }
    left = left.slice(texts[0].length)
    right = right.slice(texts[1].length)
    const numbers = [/^\d*/.exec(left)?.[0] ?? '', /^\d*/.exec(right)?.[0] ?? ''] as const
    const difference = BigInt(numbers[0] || 0) - BigInt(numbers[1] || 0)
    if (difference !== 0n) return difference < 0n ? -1 : 1
    left = left.slice(numbers[0].length)
    right = right.slice(numbers[1].length)
  }
  return 0
}

/** Compares two versions of Debian packages: negative, zero or positive, as deb-version(7) orders them. */
export const compareVersions = (one: string, other: string): number => {
  const left = parse(one)
  const right = parse(other)
  return (
    left.epoch - right.epoch || comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision)
  )
}
