import { Callable, type Key, type Value } from '../value.ts'
import { fail } from './failing.ts'
import { Fields } from './fields.ts'
import { float } from './number.ts'
import { tuple } from './sequence.ts'
import { type Clock, clockOf, isoWeek, strftime, two } from './strftime.ts'

/** A Python datetime without a time zone: what `now()` and `to_datetime` give. */
export class Datetime extends Fields {
  readonly date: Date
  readonly isUtc: boolean
  readonly micros: number
  /** Which of its parts it has. */
  readonly shape: 'datetime' | 'date' | 'time'
  constructor(
    date: Date,
    isUtc: boolean,
    micros = date.getMilliseconds() * 1000,
    shape: Datetime['shape'] = 'datetime',
  ) {
    super()
    this.date = date
    this.isUtc = isUtc
    this.micros = micros
    this.shape = shape
  }

  override get typeName(): string {
    return this.shape
  }

  /** Seconds on the clock face, for differences and comparisons of naive times. */
  get seconds(): number {
    const { year, month, day, hour, minute, second } = clockOf(this.date, this.isUtc)
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 + this.micros / 1e6
  }

  get text(): string {
    const time = this.micros === 0 ? '%H:%M:%S' : '%H:%M:%S.%f'
    const format = { datetime: `%Y-%m-%d ${time}`, date: '%Y-%m-%d', time }[this.shape]
    return strftime(format, this.date, this.isUtc, this.micros)
  }

  /** So many seconds later on the clock face. */
  plus(seconds: number): Datetime {
    return faced(this.seconds + seconds, this.shape)
  }

  private replaced(clock: Clock, named: ReadonlyMap<string, Value>): Datetime {
    const part = (name: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'): number => {
      const value = named.get(name)
      return value === undefined ? clock[name] : numberPart(value, name)
    }
    const micros = named.get('microsecond')
    const seconds = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
    const made = new Date(seconds)
    if (made.getUTCMonth() !== part('month') - 1 || made.getUTCDate() !== part('day'))
      return fail('there is no such day in that month')
    const fraction = micros === undefined ? this.micros : numberPart(micros, 'microsecond')
    return new Datetime(made, true, fraction, this.shape)
  }

  override get(key: Key): Value | undefined {
    const clock = clockOf(this.date, this.isUtc)
    const week = isoWeek(clock)
    switch (key) {
      case 'ctime':
        return new Callable('ctime', () => strftime('%a %b %e %H:%M:%S %Y', this.date, this.isUtc))
      case 'date':
      case 'time':
        return new Callable(key, () => new Datetime(this.date, this.isUtc, this.micros, key))
      case 'isocalendar':
        return new Callable('isocalendar', () => tuple(week.year, week.week, clock.weekday || 7))
      case 'replace':
        return new Callable('replace', (_positional, named) => this.replaced(clock, named))
      case 'toordinal':
        return new Callable('toordinal', () => Math.floor(this.seconds / 86_400) + 719_163)
      case 'year':
      case 'month':
      case 'day':
      case 'hour':
      case 'minute':
      case 'second':
        return clock[key]
      case 'microsecond':
        return this.micros
      case 'strftime':
        return new Callable('strftime', ([format]) =>
          strftime(String(format ?? ''), this.date, this.isUtc, this.micros),
        )
      case 'isoformat':
        return new Callable('isoformat', () => this.text.replace(' ', 'T'))
      case 'timestamp':
        return new Callable('timestamp', () => float(Math.floor(this.date.getTime() / 1000) + this.micros / 1e6))
      case 'weekday':
        return new Callable('weekday', () => (clock.weekday + 6) % 7)
      case 'isoweekday':
        return new Callable('isoweekday', () => clock.weekday || 7)
      default:
        return undefined
    }
  }
}

/** The time at so many seconds since 1970 on the clock face. */
const faced = (seconds: number, shape: Datetime['shape']): Datetime => {
  const whole = Math.floor(seconds)
  return new Datetime(new Date(whole * 1000), true, Math.round((seconds - whole) * 1e6), shape)
}

const numberPart = (value: Value, name: string): number =>
  typeof value === 'number' && Number.isInteger(value) ? value : fail(`'${name}' of a time must be an integer`)

/** `+` and `-` of times and spans of time; undefined when the values are none. */
export const timeArithmetic = (operator: string, left: Value, right: Value): Value | undefined => {
  if (operator !== '+' && operator !== '-') return undefined
  const sign = operator === '+' ? 1 : -1
  if (left instanceof Datetime && right instanceof Timedelta) return left.plus(sign * right.total)
  if (left instanceof Timedelta && right instanceof Timedelta) return new Timedelta(left.total + sign * right.total)
  if (left instanceof Timedelta && right instanceof Datetime && sign > 0) return right.plus(left.total)
  if (left instanceof Datetime && right instanceof Datetime && sign < 0)
    return new Timedelta(left.seconds - right.seconds)
  return undefined
}

/** The difference of two datetimes. */
export class Timedelta extends Fields {
  readonly total: number
  constructor(total: number) {
    super()
    this.total = total
  }

  override get typeName(): string {
    return 'timedelta'
  }

  get text(): string {
    const whole = Math.floor(this.total / 86_400)
    const rest = this.total - whole * 86_400
    const clock = `${Math.floor(rest / 3600)}:${two(Math.floor((rest % 3600) / 60))}:${two(Math.floor(rest % 60))}`
    const micros = Math.round((rest % 1) * 1e6)
    const exact = micros === 0 ? clock : `${clock}.${String(micros).padStart(6, '0')}`
    return whole === 0 ? exact : `${whole} day${Math.abs(whole) === 1 ? '' : 's'}, ${exact}`
  }

  override get(key: Key): Value | undefined {
    const whole = Math.floor(this.total / 86_400)
    if (key === 'days') return whole
    if (key === 'microseconds') return Math.round((this.total - Math.floor(this.total)) * 1e6)
    if (key === 'seconds') return Math.floor(this.total - whole * 86_400)
    return key === 'total_seconds' ? new Callable('total_seconds', () => float(this.total)) : undefined
  }
}
