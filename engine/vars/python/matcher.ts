import { fail } from './failing.ts'
import { translatePattern } from './pattern.ts'
import type { Flags, PatternNode, PatternTree } from './patternsyntax.ts'

/** Where groups begin and end in the text; undefined for one that took no part. Index 0 is unused. */
type Captures = (readonly [start: number, end: number] | undefined)[]

type State = { readonly text: string; captures: Captures }

/** Matches at a position, then what follows; undoes what it captured when that fails. */
type Matcher = (state: State, at: number, next: (at: number) => boolean) => boolean

/** Letters beyond ASCII stay what they are where only ASCII counts, which JavaScript cannot be told. */
const expressionOf = (source: string, { ignoreCase, ascii }: Flags): RegExp =>
  new RegExp(source, `${ignoreCase && !ascii ? 'i' : ''}uy`)

const isNegated = (source: string): boolean => /^(?:\[\^|\(\?:\(\?!)/.test(source)

/** What one character matches, and how far it reaches: -1 where it does not. */
const characterMatcher = (source: string, flags: Flags): ((text: string, at: number) => number) => {
  const expression = expressionOf(source, flags)
  const reach = (text: string, at: number): number => {
    expression.lastIndex = at
    return expression.test(text) ? expression.lastIndex : -1
  }
  if (!flags.ignoreCase || !flags.ascii) return reach
  const isAll = isNegated(source)
  return (text, at) => {
    const letter = /[A-Za-z]/.exec(text[at] ?? '')?.[0]
    if (letter === undefined) return reach(text, at)
    const forms = [letter.toLowerCase(), letter.toUpperCase()]
    const isMatch = (form: string): boolean => reach(form, 0) > 0
    return (isAll ? forms.every(isMatch) : forms.some(isMatch)) ? at + 1 : -1
  }
}

const sequence = (items: readonly Matcher[]): Matcher =>
  items.reduceRight<Matcher>(
    (after, item) => (state, at, next) => item(state, at, (end) => after(state, end, next)),
    (_, at, next) => next(at),
  )

/** Something that is matched once and for all: what follows cannot make it match otherwise. */
const once =
  (body: Matcher, follow: (start: number, end: number) => number): Matcher =>
  (state, at, next) => {
    const before = state.captures
    let end = -1
    const isMatch = body(state, at, (reached) => {
      end = reached
      return true
    })
    if (isMatch && next(follow(at, end))) return true
    state.captures = before
    return false
  }

const repeatCharacter =
  (node: PatternNode & { kind: 'part' }, least: number, most: number, isLazy: boolean): Matcher =>
  ({ text }, at, next) => {
    const reach = characterMatcher(node.source, node.flags)
    const ends = [at]
    const further = (): boolean => {
      const end = ends.length > most ? -1 : reach(text, ends.at(-1)!)
      if (end >= 0) ends.push(end)
      return end >= 0
    }
    while (ends.length <= least) if (!further()) return false
    if (isLazy) {
      do if (next(ends.at(-1)!)) return true
      while (further())
      return false
    }
    while (further());
    for (let count = ends.length - 1; count >= least; count--) if (next(ends[count]!)) return true
    return false
  }

/** Rounds as sre counts them: one that begins where the last one began is not tried. */
const repeat =
  (body: Matcher, least: number, most: number, isLazy: boolean): Matcher =>
  (state, start, next) => {
    const round = (count: number, last: number, at: number): boolean => {
      if (count < least) return body(state, at, (end) => round(count + 1, last, end))
      const again = (): boolean => {
        if (count >= most || at === last) return false
        const before = state.captures
        if (body(state, at, (end) => round(count + 1, at, end))) return true
        state.captures = before
        return false
      }
      return isLazy ? next(at) || again() : again() || next(at)
    }
    return round(0, -1, start)
  }

const compile = (node: PatternNode): Matcher => {
  switch (node.kind) {
    case 'part': {
      const reach = characterMatcher(node.source, node.flags)
      return ({ text }, at, next) => {
        const end = reach(text, at)
        return end >= 0 && next(end)
      }
    }
    case 'place': {
      const expression = expressionOf(translatePattern(node.source, node.flags), node.flags)
      return ({ text }, at, next) => {
        expression.lastIndex = at
        return expression.test(text) && next(at)
      }
    }
    case 'sequence':
      return sequence(node.items.map(compile))
    case 'choice': {
      const items = node.items.map(compile)
      return (state, at, next) => items.some((item) => item(state, at, next))
    }
    case 'group': {
      const body = compile(node.body)
      return (state, at, next) =>
        body(state, at, (end) => {
          const before = state.captures
          state.captures = before.with(node.index, [at, end])
          if (next(end)) return true
          state.captures = before
          return false
        })
    }
    case 'atomic':
      return once(compile(node.body), (_, end) => end)
    case 'look':
      return look(node)
    case 'reference':
      return reference(node.index, node.flags)
    case 'condition': {
      const [then, otherwise] = [compile(node.then), compile(node.otherwise)]
      return (state, at, next) => (state.captures[node.index] ? then : otherwise)(state, at, next)
    }
    case 'repeat': {
      const { body, least, most, isLazy } = node
      return body.kind === 'part'
        ? repeatCharacter(body, least, most, isLazy)
        : repeat(compile(body), least, most, isLazy)
    }
  }
}

const look = ({ isBehind, isNegated, body: inner }: PatternNode & { kind: 'look' }): Matcher => {
  const body = compile(inner)
  const behind: Matcher = (state, at, next) => {
    for (let start = at; start >= 0; start--) if (body(state, start, (end) => end === at && next(at))) return true
    return false
  }
  const found = isBehind ? behind : body
  if (!isNegated) return once(found, (start) => start)
  return (state, at, next) => {
    const before = state.captures
    const isThere = found(state, at, () => true)
    state.captures = before
    return !isThere && next(at)
  }
}

/** A text to compare without regard to small and capital letters. */
const folded = (text: string, isAscii: boolean | undefined): string =>
  isAscii ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase()

const reference =
  (index: number, { ignoreCase, ascii }: Flags): Matcher =>
  ({ text, captures }, at, next) => {
    const span = captures[index]
    if (!span) return false
    const wanted = text.slice(...span)
    const there = text.slice(at, at + wanted.length)
    const isSame = ignoreCase ? folded(there, ascii) === folded(wanted, ascii) : there === wanted
    return isSame && next(at + wanted.length)
  }

const isInsideCharacter = (text: string, at: number): boolean =>
  /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[at] ?? '')

const withinStack = (match: () => boolean): boolean => {
  try {
    return match()
  } catch (thrown) {
    if (thrown instanceof RangeError) return fail('the text is too long for this regular expression')
    throw thrown
  }
}

/** A RegExp that matches as Python does where JavaScript's own cannot be told to. */
export class PatternMatcher extends RegExp {
  private readonly tree: PatternTree
  private readonly matcher: Matcher

  /** The second form is how JavaScript's own methods copy an expression. */
  constructor(pattern: PatternTree | PatternMatcher, flags: string) {
    super('', flags)
    this.tree = pattern instanceof PatternMatcher ? pattern.tree : pattern
    this.matcher = pattern instanceof PatternMatcher ? pattern.matcher : compile(pattern.root)
  }

  /** All matches as Python finds them: where nothing was matched, something is looked for once more. */
  *all(text: string): Iterable<RegExpExecArray> {
    let isAfterNothing = false
    for (let start = 0; start <= text.length; ) {
      const found: RegExpExecArray | null = isInsideCharacter(text, start)
        ? null
        : this.matchAt(text, start, isAfterNothing)
      if (found) yield found
      isAfterNothing = found !== null && found[0] === ''
      if (!isAfterNothing) start += found ? found[0].length : 1
    }
  }

  override exec(text: string): RegExpExecArray | null {
    const isContinued = this.global || this.sticky
    const first = isContinued ? this.lastIndex : 0
    for (let start = first; start <= text.length; start++) {
      const found = isInsideCharacter(text, start) ? null : this.matchAt(text, start, false)
      if (found) {
        if (isContinued) this.lastIndex = start + found[0].length
        return found
      }
      if (this.sticky) break
    }
    if (isContinued) this.lastIndex = 0
    return null
  }

  private matchAt(text: string, start: number, isMore: boolean): RegExpExecArray | null {
    const { groups, names } = this.tree
    const state: State = { text, captures: new Array(groups + 1).fill(undefined) }
    let end = -1
    const isMatch = withinStack(() =>
      this.matcher(state, start, (reached) => {
        end = reached
        return !isMore || reached > start
      }),
    )
    if (!isMatch) return null
    const spans = state.captures.with(0, [start, end])
    const texts = spans.map((span) => span && text.slice(...span))
    const byName = <T>(values: readonly T[]) =>
      names.size === 0 ? undefined : Object.fromEntries([...names].map(([name, index]) => [name, values[index]]))
    const result = Object.assign(texts, { index: start, input: text, groups: byName(texts) })
    if (this.hasIndices) Object.assign(result, { indices: Object.assign(spans, { groups: byName(spans) }) })
    return result as unknown as RegExpExecArray
  }
}
