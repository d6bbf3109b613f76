import { plainScalar } from '../yaml/scalar.ts'
import { order } from './python/compare.ts'
import { fail } from './python/failing.ts'
import { floatText } from './python/number.ts'
import { text } from './python/text.ts'
import { typeName } from './python/type.ts'
import { type Dict, Float, isDict, type Key, type Value } from './value.ts'
import { analyze, isBreak } from './yamlscalar.ts'

export type YamlStyle = {
  /** Columns of one level. */
  readonly indent: number
  readonly sortKeys: boolean
  /** The column behind which text is folded at the next space. */
  readonly width: number
  /** Which collections are written as `[a, b]` and `{a: b}`: those of scalars alone, all, or none. */
  readonly flow: 'leaves' | 'always' | 'never'
  readonly hasStart: boolean
  readonly hasEnd?: boolean
  /** How scalars are quoted, or written as blocks, even where they need it not. */
  readonly quote?: "'" | '"' | '|' | '>' | undefined
  /** Every value with its tag, in brackets, a line each. */
  readonly isCanonical?: boolean
  readonly lineBreak?: '\r\n' | '\r' | undefined
  readonly allowsUnicode: boolean
}

const isScalar = (value: Value): boolean => !Array.isArray(value) && !isDict(value)

/** What a string would be read as without quotes, when that is no string. */
const isMisread = (value: string): boolean =>
  typeof plainScalar(value) !== 'string' ||
  value === '=' ||
  value === '<<' ||
  /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)?$/.test(value)

/** What a value is marked as where everything is. */
const tagOf = (value: Value): string => {
  if (typeof value === 'string') return '!!str'
  if (value === null) return '!!null'
  if (typeof value === 'boolean') return '!!bool'
  if (isDict(value)) return '!!map'
  if (Array.isArray(value)) return '!!seq'
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value)) ? '!!float' : '!!int'
}

const scalarText = (value: Value): string => {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))) {
    const number = value instanceof Float ? value.value : value
    if (!Number.isFinite(number)) return Number.isNaN(number) ? '.nan' : number > 0 ? '.inf' : '-.inf'
    const shown = floatText(number)
    return shown.includes('.') ? shown : shown.replace('e', '.0e')
  }
  if (typeof value === 'number' || typeof value === 'bigint') return text(value)
  return fail(`a value of type '${typeName(value)}' cannot be written as YAML`)
}

/** Lays text out as Python's YAML emitter does, column by column. */
class Emitter {
  private readonly style: YamlStyle
  private readonly width: number
  private readonly step: number
  private out = ''
  private column = 0
  private indent: number | undefined
  private flowLevel = 0
  private isAfterSpace = true
  private isIndentation = true

  constructor(style: YamlStyle) {
    this.style = style
    this.step = style.indent > 1 && style.indent < 10 ? style.indent : 2
    this.width = style.width > this.step * 2 ? style.width : 80
  }

  document(value: Value): string {
    if (this.style.hasStart || this.style.isCanonical) {
      this.indicator('---', true)
      if (this.style.isCanonical || (!isScalar(value) && !this.isFlow(value))) this.newline()
    }
    this.node(value, false)
    if (this.column > 0) this.newline()
    if (this.style.hasEnd) {
      this.indicator('...', true)
      this.newline()
    }
    return this.style.lineBreak === undefined ? this.out : this.out.replaceAll('\n', this.style.lineBreak)
  }

  private write(data: string): void {
    this.out += data
    this.column += data.length
  }

  private newline(): void {
    this.out += '\n'
    this.column = 0
    this.isAfterSpace = true
    this.isIndentation = true
  }

  private indentation(): void {
    const indent = this.indent ?? 0
    if (!this.isIndentation || this.column > indent || (this.column === indent && !this.isAfterSpace)) this.newline()
    if (this.column < indent) {
      this.isAfterSpace = true
      this.write(' '.repeat(indent - this.column))
    }
  }

  private indicator(sign: string, needsSpace: boolean, leavesSpace = false, isIndentation = false): void {
    this.write(this.isAfterSpace || !needsSpace ? sign : ` ${sign}`)
    this.isAfterSpace = leavesSpace
    this.isIndentation &&= isIndentation
  }

  private deeper(isFlow: boolean, isIndentless: boolean, body: () => void): void {
    const before = this.indent
    if (before === undefined) this.indent = isFlow ? this.step : 0
    else if (!isIndentless) this.indent = before + this.step
    body()
    this.indent = before
  }

  private isFlow(value: Value): boolean {
    if (this.flowLevel > 0) return true
    const parts: Value[] = isDict(value) ? [...value.keys(), ...value.values()] : Array.isArray(value) ? value : []
    if (parts.length === 0 || this.style.flow === 'always' || this.style.isCanonical) return true
    return this.style.flow === 'leaves' && this.style.quote === undefined && parts.every(isScalar)
  }

  private entries(value: Dict): [Key, Value][] {
    const all = [...value]
    if (!this.style.sortKeys) return all
    try {
      return all.toSorted(([left], [right]) => order(left, right))
    } catch {
      return all
    }
  }

  private node(value: Value, isInMapping: boolean): void {
    if (isScalar(value)) this.scalar(value, false)
    else if (this.isFlow(value)) this.flow(value)
    else if (isDict(value)) this.mapping(value)
    else this.sequence(value as Value[], isInMapping)
  }

  private sequence(value: readonly Value[], isInMapping: boolean): void {
    this.deeper(false, isInMapping && !this.isIndentation, () => {
      for (const item of value) {
        this.indentation()
        this.indicator('-', true, false, true)
        this.node(item, false)
      }
    })
  }

  private mapping(value: Dict): void {
    this.deeper(false, false, () => {
      for (const [key, item] of this.entries(value)) {
        this.indentation()
        this.entry(key, item)
      }
    })
  }

  private entry(key: Key, item: Value): void {
    const shown = typeof key === 'string' ? key : scalarText(key)
    const { isCanonical } = this.style
    if (!isCanonical && shown.length < 128 && !/[\n\x85\u2028\u2029]/.test(shown)) {
      this.scalar(key, true)
      this.indicator(':', false)
    } else {
      this.indicator('?', true, false, true)
      this.scalar(key, false)
      if (isCanonical || this.flowLevel === 0 || this.column > this.width) this.indentation()
      this.indicator(':', true, false, true)
    }
    this.node(item, true)
  }

  private flow(value: Value): void {
    const [open, close] = isDict(value) ? ['{', '}'] : ['[', ']']
    const parts: (() => void)[] = isDict(value)
      ? this.entries(value).map(
          ([key, item]) =>
            () =>
              this.entry(key, item),
        )
      : (value as Value[]).map((item) => () => this.node(item, false))
    const { isCanonical } = this.style
    if (isCanonical) this.indicator(tagOf(value), true)
    this.indicator(open!, true, true)
    this.flowLevel++
    this.deeper(true, false, () => {
      for (const [index, part] of parts.entries()) {
        if (index > 0) this.indicator(',', false)
        if (isCanonical || this.column > this.width) this.indentation()
        part()
      }
    })
    this.flowLevel--
    if (isCanonical && parts.length > 0) {
      this.indicator(',', false)
      this.indentation()
    }
    this.indicator(close!, false)
  }

  /** Writes a scalar, whose further lines are indented one level. */
  private scalar(value: Value, isKey: boolean): void {
    this.deeper(true, false, () => {
      if (this.style.isCanonical) {
        this.indicator(tagOf(value), true)
        this.double(typeof value === 'string' ? value : scalarText(value), isKey)
      } else if (typeof value === 'string') this.string(value, isKey)
      else if (this.style.quote === undefined) this.plain(scalarText(value), isKey)
      else {
        // What would be a text in its quotes is marked as none.
        this.indicator('!', true)
        this.string(scalarText(value), isKey)
      }
    })
  }

  private string(value: string, isKey: boolean): void {
    const { quote, allowsUnicode } = this.style
    const form = analyze(value, allowsUnicode)
    const isBlock = quote === '|' || quote === '>'
    const isPlain =
      quote === undefined &&
      !isMisread(value) &&
      !(isKey && (value === '' || form.hasBreaks)) &&
      (this.flowLevel > 0 ? form.allowsFlowPlain : form.allowsBlockPlain)
    if (isPlain) this.plain(value, isKey)
    else if (isBlock && form.allowsBlock && this.flowLevel === 0 && !isKey) this.block(value, quote)
    else if (quote !== '"' && !isBlock && form.allowsSingle && !(isKey && form.hasBreaks)) this.single(value, isKey)
    else this.double(value, isKey)
  }

  private plain(value: string, isKey: boolean): void {
    if (!this.isAfterSpace) this.write(' ')
    this.isAfterSpace = false
    this.isIndentation = false
    for (const run of value.match(/ +|[^ ]+/g) ?? []) {
      if (run === ' ' && this.column > this.width && !isKey) {
        this.indentation()
        this.isAfterSpace = false
        this.isIndentation = false
      } else this.write(run)
    }
  }

  /** A block: `|` keeps its lines, `>` folds them. */
  private block(value: string, sign: '|' | '>'): void {
    const indent = /^[ \n\x85\u2028\u2029]/.test(value) ? this.step : ''
    const end = /(?:^|[\n\x85\u2028\u2029])[\n\x85\u2028\u2029]$/.test(value) ? '+' : isBreak(value.at(-1)) ? '' : '-'
    this.indicator(`${sign}${indent}${end}`, true)
    this.newline()
    const units = Array.from(value)
    let isLineStart = true
    let isIndented = true
    for (const [index, unit] of units.entries()) {
      if (isBreak(unit)) {
        // one break would be folded into a space
        const following = units.slice(index).find((each) => !isBreak(each))
        const isFolded = sign === '>' && !isLineStart && !isIndented && following !== undefined
        if (isFolded && !/[ \t]/.test(following)) this.newline()
        this.newline()
        isLineStart = true
        continue
      }
      if (isLineStart) {
        this.indentation()
        isIndented = unit === ' ' || unit === '\t'
      }
      const isEnd = sign === '>' && !isLineStart && unit === ' ' && units[index + 1] !== ' ' && this.column > this.width
      if (isEnd) this.indentation()
      else this.write(unit)
      this.isIndentation = false
      this.isAfterSpace = false
      isLineStart = false
    }
  }

  private single(value: string, isKey: boolean): void {
    this.indicator("'", true)
    const runs = value.match(/ +|[\n\x85\u2028\u2029]+|[^ \n\x85\u2028\u2029]+/g) ?? []
    for (const [index, run] of runs.entries()) {
      if (run[0] === ' ') {
        const isInside = index > 0 && index < runs.length - 1
        if (run === ' ' && this.column > this.width && !isKey && isInside) this.indentation()
        else this.write(run)
      } else if (/^[\n\x85\u2028\u2029]/.test(run)) {
        if (run[0] === '\n') this.newline()
        for (const character of run) {
          if (character === '\n') this.newline()
          else {
            this.out += character
            this.column = 0
          }
        }
        this.isIndentation = true
        this.indentation()
      } else this.write(run.replaceAll("'", "''"))
    }
    this.indicator("'", false)
  }

  private double(value: string, isKey: boolean): void {
    this.indicator('"', true)
    const units = Array.from(value)
    for (const [index, unit] of units.entries()) {
      const isInside = index > 0 && index < units.length - 1 && units[index - 1] !== ' '
      if (unit === ' ' && isInside && this.column > this.width && !isKey) {
        // The line's end stands for the space; a backslash keeps a second one.
        this.indentation()
        if (units[index + 1] === ' ') this.write('\\')
      } else this.write(needsEscape(unit, this.style.allowsUnicode) ? escaped(unit) : unit)
    }
    this.indicator('"', false)
  }
}

const needsEscape = (unit: string, allowsUnicode: boolean): boolean => {
  if (/^["\\\x85\u2028\u2029\ufeff]$/.test(unit)) return true
  if (/^[\x20-\x7e]$/.test(unit)) return false
  return !(allowsUnicode && /^[\xa0-\ud7ff\ue000-\ufffd]$/.test(unit))
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

const escaped = (unit: string): string => {
  const known = escapes[unit]
  if (known !== undefined) return `\\${known}`
  const code = unit.codePointAt(0)!
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** A resolved value as YAML text, laid out as Python's YAML library does it. */
export const toYaml = (value: Value, style: YamlStyle): string => new Emitter(style).document(value)
