import { isDict, Tuple, type Value } from '../value.ts'
import { Datetime } from './datetime.ts'
import { fail } from './failing.ts'
import { asNumber, floatText, parts, roundHalfEven } from './number.ts'
import { strftime } from './strftime.ts'
import { repr, text } from './text.ts'
import { typeName } from './type.ts'

type Spec = {
  fill: string
  align: string
  sign: string
  alternate: boolean
  width: number
  grouping: string
  precision: number | undefined
  type: string
}

/** JavaScript rounds an exact tie away from zero, Python to the even digit. */
const exponential = (value: number, precision: number): string => {
  const exactly = value.toExponential(Math.min(100, precision + 30))
  const [digits = '', power] = exactly.split('e')
  const kept = digits.slice(0, precision === 0 ? 1 : precision + 2)
  const isTie = /^\.?50*$/.test(digits.slice(kept.length)) && Number(kept.at(-1)) % 2 === 0
  return (isTie ? `${kept}e${power}` : value.toExponential(precision)).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** Number.toFixed, of numbers of any size. */
const fixed = (value: number, digits: number): string => {
  if (value < 1e21) return roundHalfEven(value, digits).toFixed(Math.min(digits, 100))
  return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`
}

const general = (value: number, precision: number, alternate: boolean): string => {
  const digits = Math.max(precision, 1)
  const power = Number(exponential(value, digits - 1).split('e')[1])
  const shown = power < -4 || power >= digits ? exponential(value, digits - 1) : fixed(value, digits - 1 - power)
  if (alternate || !shown.includes('.')) return shown
  return shown.replace(/\.?0+(e|$)/, '$1')
}

const group = (digits: string, separator: string): string => {
  if (separator === '') return digits
  const [whole = '', ...rest] = digits.split('.')
  return [whole.replace(/\B(?=(\d{3})+$)/g, separator), ...rest].join('.')
}

/** Zeros before grouped digits are grouped with them. */
const filledWithZeros = (digits: string, width: number, separator: string): string => {
  const [whole = '', rest] = digits.replaceAll(separator, '').split('.')
  const tail = rest === undefined ? '' : `.${rest}`
  let all = whole
  while (group(all, separator).length + tail.length < width) all = `0${all}`
  return group(all, separator) + tail
}

const radix: Record<string, [number, string]> = { x: [16, '0x'], X: [16, '0X'], o: [8, '0o'], b: [2, '0b'] }

/** The digits of a number without its sign, after a format type. */
const magnitude = (value: Value, spec: Spec): string => {
  const found = parts(value)
  if (found === undefined) return fail(`format '${spec.type}' needs a number, not '${typeName(value)}'`)
  const base = radix[spec.type]
  if (base !== undefined) {
    if (found.float) return fail(`format '${spec.type}' needs an integer, not '${typeName(value)}'`)
    const digits = BigInt(found.value).toString(base[0]).replace('-', '')
    const shown = spec.grouping === '_' ? digits.replace(/\B(?=(.{4})+$)/g, '_') : digits
    return (spec.alternate ? base[1] : '') + (spec.type === 'X' ? shown.toUpperCase() : shown)
  }
  if (spec.type === 'd' || (spec.type === '' && !found.float && spec.precision === undefined)) {
    const whole = typeof found.value === 'bigint' ? found.value : BigInt(Math.trunc(found.value))
    return group(String(whole < 0n ? -whole : whole), spec.grouping)
  }
  const number = Math.abs(Number(found.value))
  if (!Number.isFinite(number)) return floatText(number)
  switch (spec.type) {
    case 'f':
    case 'F':
      return group(fixed(number, spec.precision ?? 6), spec.grouping)
    case 'e':
    case 'E': {
      const shown = exponential(number, spec.precision ?? 6)
      return spec.type === 'E' ? shown.toUpperCase() : shown
    }
    case '%':
      return `${fixed(number * 100, spec.precision ?? 6)}%`
    case 'g':
      return group(general(number, spec.precision ?? 6, spec.alternate), spec.grouping)
    case 'G':
      return group(general(number, spec.precision ?? 6, spec.alternate).toUpperCase(), spec.grouping)
    case '':
      return group(spec.precision === undefined ? floatText(number) : asFloat(number, spec.precision), spec.grouping)
    default:
      return fail(`unknown format code '${spec.type}'`)
  }
}

/** Like `g`, with at least one digit behind the point. */
const asFloat = (number: number, precision: number): string => {
  const shown = general(number, precision, false)
  return /[.e]/.test(shown) ? shown : `${shown}.0`
}

const isNegative = (value: Value): boolean => {
  const number = asNumber(value)
  return number !== undefined && (number < 0 || Object.is(number, -0))
}

const pad = (body: string, sign: string, spec: Spec, defaultAlign: string): string => {
  const align = spec.align || defaultAlign
  const missing = spec.width - Array.from(body).length - sign.length
  if (missing <= 0) return sign + body
  const fill = (count: number) => (spec.fill || ' ').repeat(count)
  if (align === '=') return sign + fill(missing) + body
  if (align === '<') return sign + body + fill(missing)
  if (align === '>') return fill(missing) + sign + body
  const left = Math.floor(missing / 2)
  return fill(left) + sign + body + fill(missing - left)
}

const specPattern = /^(?:(.)?([<>=^]))?([ +-])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su

const parseSpec = (source: string): Spec => {
  const match = specPattern.exec(source)
  if (match === null) return fail(`invalid format specifier '${source}'`)
  const [, fill = '', align = '', sign = '', alternate, zero, width, grouping = '', precision, type = ''] = match
  return {
    fill: fill || (zero ? '0' : ''),
    align: align || (zero ? '=' : ''),
    sign,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  }
}

/** Whether a precision is asked for where an integer has none. */
const isPrecise = ({ precision, type }: Spec): boolean => precision !== undefined && ['', ...'bcdnoxX'].includes(type)

/** Python's format(value, specification). */
const formatValue = (value: Value, specification: string): string => {
  if (specification === '') return text(value)
  if (value instanceof Datetime) return strftime(specification, value.date, value.isUtc, value.micros)
  const spec = parseSpec(specification)
  const number = parts(value)
  const unsuitable = () => fail(`the format '${specification}' is not for values of type '${typeName(value)}'`)
  if (number === undefined) {
    if (
      typeof value !== 'string' ||
      (spec.type !== '' && spec.type !== 's') ||
      spec.grouping !== '' ||
      spec.sign !== ''
    )
      return unsuitable()
    const body = value
    return pad(spec.precision === undefined ? body : Array.from(body).slice(0, spec.precision).join(''), '', spec, '<')
  }
  if (spec.type === 's' || (number.float ? 'bcdoxX'.includes(spec.type || '-') : isPrecise(spec))) return unsuitable()
  if (spec.type === 'c') return pad(String.fromCodePoint(Number(number.value)), '', spec, '>')
  const plain = spec.type === 'n' ? { ...spec, type: number.float ? 'g' : 'd' } : spec
  const sign = isNegative(value) ? '-' : spec.sign === '+' ? '+' : spec.sign === ' ' ? ' ' : ''
  const body = magnitude(value, plain)
  if (spec.grouping !== '' && spec.align === '=' && spec.fill === '0')
    return sign + filledWithZeros(body, spec.width - sign.length, spec.grouping)
  return pad(body, sign, spec, '>')
}

const percentPattern = /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)/gsu

const converted = (value: Value, flags: string, width: number, precision: number | undefined, type: string): string => {
  const spec: Spec = {
    fill: '',
    align: flags.includes('-') || width < 0 ? '<' : '>',
    sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
    alternate: flags.includes('#'),
    width: Math.abs(width),
    grouping: '',
    precision,
    type: type === 'i' || type === 'u' ? 'd' : type,
  }
  if (type === 's' || type === 'r' || type === 'a') {
    const body = type === 's' ? text(value) : repr(value)
    return pad(precision === undefined ? body : Array.from(body).slice(0, precision).join(''), '', spec, '>')
  }
  if (type === 'c') {
    const code = parts(value)
    const unit =
      typeof value === 'string' ? value : code?.float === false ? String.fromCodePoint(Number(code.value)) : ''
    return Array.from(unit).length === 1 ? pad(unit, '', spec, '>') : fail('%c requires an integer or one character')
  }
  if (!'diuoxXeEfFgG'.includes(type)) return fail(`unsupported format character '${type}'`)
  if (parts(value) === undefined) return fail(`%${type} format: a number is required, not '${typeName(value)}'`)
  if ((type === 'd' || type === 'i' || type === 'u') && !Number.isFinite(asNumber(value)))
    return fail(`%${type} format: the number must be finite`)
  if (flags.includes('0') && spec.align === '>') {
    spec.fill = '0'
    spec.align = '='
  }
  const sign = isNegative(value) ? '-' : spec.sign
  const body = magnitude(value, spec)
  return pad(spec.type === 'd' && precision !== undefined ? body.padStart(precision, '0') : body, sign, spec, '>')
}

/** Python's `template % argument`. */
export const percentFormat = (template: string, argument: Value): string => {
  const values: readonly Value[] = argument instanceof Tuple ? argument : [argument]
  let used = 0
  const next = (): Value => {
    const value = values[used++]
    return value === undefined ? fail('not enough arguments for format string') : value
  }
  const result = template.replace(percentPattern, (_all, name, flags: string, width, precision, type: string) => {
    if (type === '%') return '%'
    const columns = width === '*' ? (asNumber(next()) ?? 0) : Number(width ?? 0)
    const digits = precision === '*' ? (asNumber(next()) ?? 0) : precision === undefined ? undefined : Number(precision)
    let value: Value
    if (name === undefined) value = next()
    else {
      if (!isDict(argument)) return fail('format requires a mapping')
      value = argument.get(name) ?? fail(`the format string names '${name}', which the mapping does not have`)
      used = values.length
    }
    return converted(value, flags, columns, digits, type)
  })
  // Python takes a list for something that could be looked into by name.
  if (used < values.length && !isDict(argument) && (argument instanceof Tuple || !Array.isArray(argument))) {
    return fail('not all arguments converted during string formatting')
  }
  return result
}

/** How str.format looks up the rest of a field: `.name` and `[index]`. */
export type Access = { attribute(value: Value, name: string): Value; item(value: Value, key: Value): Value }

const fieldPattern = /^([^.[!:]*)((?:\.[^.[!:]+|\[[^\]]+\])*)$/

/** Python's template.format(*positional, **named). */
export const bracesFormat = (
  template: string,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
  access: Access,
): string => {
  let automatic: number | undefined = 0
  const field = (source: string): Value => {
    const match = fieldPattern.exec(source)
    if (match === null) return fail(`bad replacement field '{${source}}' in format string`)
    const [, head = '', rest = ''] = match
    const isNumbered = /^\d+$/.test(head)
    if (head === '' ? automatic === undefined : isNumbered && (automatic ?? 0) > 0)
      return fail('a format string has either {} or {0}, not both')
    if (isNumbered) automatic = undefined
    const key = head === '' ? String(automatic!++) : head
    let value = /^\d+$/.test(key) ? positional[Number(key)] : named.get(key)
    if (value === undefined) return fail(`the format string refers to '${key}', which is not among its arguments`)
    for (const [, name, index] of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      value =
        name === undefined
          ? access.item(value, /^\d+$/.test(index!) ? Number(index) : index!)
          : access.attribute(value, name)
    }
    return value
  }
  const expand = (source: string): string => {
    let result = ''
    for (let index = 0; index < source.length; index++) {
      const character = source[index]!
      if ((character === '{' || character === '}') && source[index + 1] === character) {
        result += character
        index++
      } else if (character === '}') return fail("single '}' encountered in format string")
      else if (character === '{') {
        let depth = 1
        let end = index + 1
        for (; end < source.length && depth > 0; end++) depth += source[end] === '{' ? 1 : source[end] === '}' ? -1 : 0
        if (depth > 0) return fail("single '{' encountered in format string")
        const inside = source.slice(index + 1, end - 1)
        const [, name = '', conversion, specification = ''] =
          /^([^!:]*)(?:!([rsa]))?(?::(.*))?$/s.exec(inside) ?? fail(`bad replacement field '{${inside}}'`)
        const value = field(name)
        const shown = conversion === 'r' || conversion === 'a' ? repr(value) : conversion === 's' ? text(value) : value
        result += formatValue(shown, expand(specification))
        index = end - 1
      } else result += character
    }
    return result
  }
  return expand(template)
}
