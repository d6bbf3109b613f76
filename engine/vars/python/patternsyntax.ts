import { fail } from './failing.ts'
import { characterClass, escaped, type PatternFlags } from './pattern.ts'

/** The flags that hold at a place of a pattern. */
export type Flags = PatternFlags & {
  readonly ignoreCase?: boolean
  readonly verbose?: boolean
}

/** A pattern of Python's `re` as a tree. Groups count from 1; `part` is one character, written as JavaScript does. */
export type PatternNode =
  | { readonly kind: 'part'; readonly source: string; readonly flags: Flags }
  | { readonly kind: 'place'; readonly source: string; readonly flags: Flags }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'group'; readonly index: number; readonly body: PatternNode }
  | { readonly kind: 'atomic'; readonly body: PatternNode }
  | { readonly kind: 'look'; readonly isBehind: boolean; readonly isNegated: boolean; readonly body: PatternNode }
  | { readonly kind: 'reference'; readonly index: number; readonly flags: Flags }
  | { readonly kind: 'condition'; readonly index: number; readonly then: PatternNode; readonly otherwise: PatternNode }
  | {
      readonly kind: 'repeat'
      readonly body: PatternNode
      readonly least: number
      readonly most: number
      readonly isLazy: boolean
    }

export type PatternTree = {
  readonly root: PatternNode
  readonly groups: number
  /** Numbers of the groups that have names. */
  readonly names: ReadonlyMap<string, number>
  /** A part of it has other flags than the whole, beyond whether letters are small or capital. */
  readonly hasOwnFlags: boolean
}

const empty: PatternNode = { kind: 'sequence', items: [] }

const letters: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'verbose',
  a: 'ascii',
}

const withLetters = (flags: Flags, on: string, off: string): Flags => {
  const changed: Record<string, boolean> = { ...flags }
  for (const [text, value] of [
    [on, true],
    [off, false],
  ] as const) {
    for (const letter of text) {
      const name = letters[letter]
      if (name) changed[name] = value
      if (letter === 'u') changed['ascii'] = false
    }
  }
  return changed
}

/** The fewest and the most characters that a pattern matches; what a reference matches counts as nothing. */
const widthOf = (node: PatternNode): readonly [least: number, most: number] => {
  switch (node.kind) {
    case 'part':
      return [1, 1]
    case 'sequence':
      return node.items.map(widthOf).reduce(([least, most], [a, b]) => [least + a, most + b], [0, 0])
    case 'choice':
    case 'condition': {
      const widths = partsOf(node).map(widthOf)
      return [Math.min(...widths.map(([least]) => least)), Math.max(...widths.map(([, most]) => most))]
    }
    case 'group':
    case 'atomic':
      return widthOf(node.body)
    case 'repeat': {
      const [least, most] = widthOf(node.body)
      return [least * node.least, most === 0 ? 0 : most * node.most]
    }
    default:
      return [0, 0]
  }
}

/** Reads patterns of Python's `re`. @throws Failure for a pattern that is not valid */
class Reader {
  private at = 0
  private groups = 0
  private hasOwnFlags = false
  private readonly open = new Set<number>()
  /** Groups that conditions ask for: they may stand behind them. */
  private readonly asked = new Set<number>()
  readonly names = new Map<string, number>()
  private readonly text: string
  constructor(text: string) {
    this.text = text
  }

  tree(flags: Flags): PatternTree {
    const root = this.choice(flags)
    if (this.at < this.text.length) fail('unbalanced parenthesis')
    for (const index of this.asked) if (index > this.groups) fail(`invalid group reference ${index}`)
    return { root, groups: this.groups, names: this.names, hasOwnFlags: this.hasOwnFlags }
  }

  private take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at
    const found = expression.exec(this.text)
    if (found) this.at += found[0].length
    return found ?? undefined
  }

  private alternatives(flags: Flags): PatternNode[] {
    const items = [this.sequence(flags)]
    while (this.take(/\|/y)) items.push(this.sequence(flags))
    return items
  }

  private choice(flags: Flags): PatternNode {
    const items = this.alternatives(flags)
    return items.length === 1 ? (items[0] as PatternNode) : { kind: 'choice', items }
  }

  private sequence(flags: Flags): PatternNode {
    const items: PatternNode[] = []
    for (;;) {
      if (flags.verbose && this.take(/\s+|#[^\n]*/y)) continue
      if (this.at >= this.text.length || /[|)]/.test(this.text[this.at]!)) break
      if (this.take(/\(\?#[^)]*\)/y)) continue
      const item = this.item(flags)
      items.push(item)
      const repeated = this.repeated(item, flags)
      if (repeated) items.splice(-1, 1, repeated)
    }
    return items.length === 1 ? (items[0] as PatternNode) : { kind: 'sequence', items }
  }

  private repeated(body: PatternNode, flags: Flags): PatternNode | undefined {
    if (flags.verbose) this.take(/(?:\s+|#[^\n]*)*/y)
    const found = this.take(/(?:([*+?])|\{(\d*)(,?)(\d*)\})(?<!\{\})([?+]?)/y)
    if (!found) return undefined
    if (body.kind === 'place') fail('nothing to repeat')
    const [, sign, low = '', comma, high = '', more] = found
    const least = sign ? (sign === '+' ? 1 : 0) : Number(low)
    const most = sign ? (sign === '?' ? 1 : Infinity) : high ? Number(high) : comma ? Infinity : least
    if (least > most) fail('min repeat greater than max repeat')
    if (/^(?:[*+?]|\{(?!\})\d*,?\d*\})/.test(this.text.slice(this.at))) fail('multiple repeat')
    if (more !== '+') return { kind: 'repeat', body, least, most, isLazy: more === '?' }
    const round: PatternNode = body.kind === 'part' ? body : { kind: 'atomic', body }
    return { kind: 'atomic', body: { kind: 'repeat', body: round, least, most, isLazy: false } }
  }

  private item(flags: Flags): PatternNode {
    const character = this.text[this.at]!
    if (character === '(') return this.group(flags)
    if (this.take(/[*+?]|\{(?!\})\d*,?\d*\}/y)) return fail('nothing to repeat')
    const place = this.take(/\\([AZbB])|[\^$]/y)
    if (place) return { kind: 'place', source: place[0], flags }
    const reference = this.take(/(?!\\[1-7][0-7]{2})\\([1-9]\d?)/y)
    if (reference) return this.reference(Number(reference[1]), flags)
    const rest = this.text.slice(this.at)
    if (character === '[' || character === '\\') {
      const isAscii = flags.ascii === true
      const [source, length] = character === '[' ? characterClass(rest, isAscii) : escaped(rest, false, isAscii, 0)
      this.at += length
      return { kind: 'part', source, flags }
    }
    const literal = String.fromCodePoint(rest.codePointAt(0)!)
    this.at += literal.length
    if (literal === '.') return { kind: 'part', source: flags.dotAll ? '[\\s\\S]' : '[^\\n]', flags }
    return { kind: 'part', source: literal.replace(/[$()*+.?[\\\]^{|}/]/, '\\$&'), flags }
  }

  private reference(index: number, flags: Flags): PatternNode {
    if (index > this.groups) return fail(`invalid group reference ${index}`)
    if (this.open.has(index)) return fail('cannot refer to an open group')
    return { kind: 'reference', index, flags }
  }

  private named(name: string): number {
    return /^\d+$/.test(name) ? Number(name) : (this.names.get(name) ?? fail(`unknown group name '${name}'`))
  }

  private closed(body: PatternNode): PatternNode {
    if (!this.take(/\)/y)) fail('missing ), unterminated subpattern')
    return body
  }

  private group(flags: Flags): PatternNode {
    const reference = this.take(/\(\?P=([^)]*)\)/y)
    if (reference) return this.reference(this.named(reference[1]!), flags)
    const condition = this.take(/\(\?\(([^)]*)\)/y)
    if (condition) return this.condition(condition[1]!, flags)
    const look = this.take(/\(\?(<?)([=!])/y)
    if (look) {
      const body = this.closed(this.choice(flags))
      const isBehind = look[1] === '<'
      const [least, most] = widthOf(body)
      if (isBehind && least !== most) fail('look-behind requires fixed-width pattern')
      return { kind: 'look', isBehind, isNegated: look[2] === '!', body }
    }
    if (this.take(/\(\?>/y)) return { kind: 'atomic', body: this.closed(this.choice(flags)) }
    const plain = this.take(/\(\?([aimsux]*)(?:-([imsx]+))?:/y)
    if (plain) {
      this.hasOwnFlags ||= /[amsux]/.test(plain[0])
      // a place within a group may be repeated
      return { kind: 'sequence', items: [this.closed(this.choice(withLetters(flags, plain[1]!, plain[2] ?? '')))] }
    }
    const named = this.take(/\(\?P<([A-Za-z_]\w*)>/y)
    if (!named && !this.take(/\((?!\?)/y)) return fail(`unknown extension ${this.text.slice(this.at, this.at + 4)}`)
    const index = ++this.groups
    if (named) {
      if (this.names.has(named[1]!)) fail(`the group '${named[1]}' is defined twice`)
      this.names.set(named[1]!, index)
    }
    this.open.add(index)
    const body = this.closed(this.choice(flags))
    this.open.delete(index)
    return { kind: 'group', index, body }
  }

  private condition(name: string, flags: Flags): PatternNode {
    const index = this.named(name)
    const [then = empty, otherwise = empty, ...more] = this.alternatives(flags)
    if (more.length > 0) fail('conditional backref with more than two branches')
    this.closed(empty)
    if (index === 0) fail('bad group number')
    this.asked.add(index)
    return { kind: 'condition', index, then, otherwise }
  }
}

/** A pattern of Python's `re` as a tree. @throws Failure for a pattern that is not valid */
export const readPattern = (text: string, flags: Flags): PatternTree => new Reader(text).tree(flags)

/** Whether a pattern may match nothing. */
const isEmpty = (node: PatternNode): boolean => {
  switch (node.kind) {
    case 'part':
      return false
    case 'sequence':
      return node.items.every(isEmpty)
    case 'choice':
      return node.items.some(isEmpty)
    case 'group':
    case 'atomic':
      return isEmpty(node.body)
    case 'repeat':
      return node.least === 0 || isEmpty(node.body)
    default:
      return true
  }
}

const partsOf = (node: PatternNode): readonly PatternNode[] => {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return node.items
    case 'condition':
      return [node.then, node.otherwise]
    case 'part':
    case 'place':
    case 'reference':
      return []
    default:
      return [node.body]
  }
}

const holds = (node: PatternNode, is: (node: PatternNode) => boolean): boolean =>
  is(node) || partsOf(node).some((part) => holds(part, is))

const isGroup = (node: PatternNode): boolean => node.kind === 'group'

/** A part that a round of a loop may leave out, with a group in it. */
const isOptional = (node: PatternNode): boolean =>
  (node.kind === 'choice' || (node.kind === 'repeat' && node.least === 0)) && holds(node, isGroup)

/** What chooses to match nothing where it could match something. */
const prefersNothing = (node: PatternNode): boolean =>
  node.kind === 'condition' ||
  (node.kind === 'repeat' && node.isLazy) ||
  (node.kind === 'choice' && node.items.slice(0, -1).some(isEmpty))

/**
 * Whether JavaScript's own expressions match otherwise: they have no atomic groups and no conditions, a reference to a
 * group that took no part matches there, each round of a loop forgets what the groups in it matched before and matches
 * more than nothing, where nothing was matched something is not looked for, of flags that hold for a part it knows one, and
 * letters beyond ASCII are small and capital even where only ASCII counts.
 */
export const isPythons = ({ root, hasOwnFlags }: PatternTree): boolean =>
  hasOwnFlags ||
  (isEmpty(root) && holds(root, prefersNothing)) ||
  holds(root, (node) => {
    if (node.kind === 'atomic' || node.kind === 'condition' || node.kind === 'reference') return true
    if (node.kind === 'part' || node.kind === 'place')
      return node.flags.ascii === true && node.flags.ignoreCase === true
    if (node.kind !== 'repeat') return false
    if (node.body.kind === 'look') return true
    const isRepeated = node.most > 1
    if (isRepeated && isEmpty(node.body) && holds(node.body, prefersNothing)) return true
    return holds(node.body, isGroup) && (isEmpty(node.body) || (isRepeated && holds(node.body, isOptional)))
  })
