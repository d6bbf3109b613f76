export type LinkOptions = {
  /** How many characters of an address are shown. */
  readonly limit: number
  readonly rel: string
  readonly target: string
  /** Further schemes whose addresses become links. */
  readonly schemes: readonly string[]
}

/** Made when it is asked for: V8 takes long to read the classes of Unicode. */
const address = () =>
  /^(?:https?:\/\/|www\.)(?:(?:[\p{L}\p{N}_%-]+\.)+)?(?:[a-z]{2,63}|xn--[\p{L}\p{N}_%]{2,59})|^(?:[\p{L}\p{N}_%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)|^https?:\/\/(?:(?:\d{1,3}(?:\.\d{1,3}){3})|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\])/iu
const whole = /(?::\d{1,5})?(?:[/?#]\S*)?$/

const isAddress = (word: string): boolean => {
  const found = address().exec(word)
  return found !== null && new RegExp(`^${whole.source}`).test(word.slice(found[0].length))
}
const isMail = (word: string): boolean => /^\S+@[\p{L}\p{N}_][\p{L}\p{N}_.-]*\.[\p{L}\p{N}_]+$/u.test(word)

const count = (word: string, part: string): number => word.split(part).length - 1

/** A word without the brackets before it and the punctuation behind it. */
const bare = (word: string): { head: string; middle: string; tail: string } => {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? ''
  const rest = word.slice(head.length)
  let tail = /(?:[)>.,\n]|&gt;)+$/.exec(rest)?.[0] ?? ''
  let middle = rest.slice(0, rest.length - tail.length)
  // A bracket that was opened inside the address is closed inside it.
  for (const [open, close] of [
    ['(', ')'],
    ['<', '>'],
    ['&lt;', '&gt;'],
  ] as const) {
    const opened = count(middle, open)
    if (opened <= count(middle, close)) continue
    for (let missing = Math.min(opened, count(tail, close)); missing > 0; missing--) {
      const end = tail.indexOf(close) + close.length
      middle += tail.slice(0, end)
      tail = tail.slice(end)
    }
  }
  return { head, middle, tail }
}

const link = (word: string, { limit, rel, target, schemes }: LinkOptions): string => {
  const attributes = `${rel && ` rel="${rel}"`}${target && ` target="${target}"`}`
  const shown = word.length > limit ? `${word.slice(0, limit)}...` : word
  if (isAddress(word)) {
    const to = /^https?:\/\//.test(word) ? word : `https://${word}`
    return `<a href="${to}"${attributes}>${shown}</a>`
  }
  if (word.startsWith('mailto:') && isMail(word.slice(7))) return `<a href="${word}">${word.slice(7)}</a>`
  if (!word.startsWith('www.') && !word.includes(':') && isMail(word)) return `<a href="mailto:${word}">${word}</a>`
  const isFurther = schemes.some((scheme) => word !== scheme && word.startsWith(scheme))
  return isFurther ? `<a href="${word}"${attributes}>${word}</a>` : word
}

/** Makes links of the web and mail addresses in a text whose markup is escaped already. */
export const urlize = (escaped: string, options: LinkOptions): string =>
  escaped
    .split(/(\s+)/)
    .map((word) => {
      const { head, middle, tail } = bare(word)
      return head + link(middle, options) + tail
    })
    .join('')
