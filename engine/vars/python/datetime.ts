import { Callable, type Key, type Value } from '../value.ts'
import { Fields } from './fields.ts'
import { float } from './number.ts'

const two = (value: number): string => String(value).padStart(2, '0')
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** The clock's parts of an instant, in universal or local time. */
type Clock = {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  weekday: number
  dayOfYear: number
  offset: number
  zone: string
}

const clockOf = (date: Date, isUtc: boolean): Clock => {
  const offset = isUtc ? 0 : -date.getTimezoneOffset()
  const shifted = new Date(date.getTime() + offset * 60_000)
  const year = shifted.getUTCFullYear()
  const zone = isUtc
    ? 'UTC'
    : (new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
        .formatToParts(date)
        .find((part) => part.type === 'timeZoneName')?.value ?? 'UTC')
  return {
    year,
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: shifted.getUTCDay(),
    dayOfYear:
      Math.floor((Date.UTC(year, shifted.getUTCMonth(), shifted.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
    offset,
    zone,
  }
}

/** The week of the year and its year after ISO 8601. */
const isoWeek = ({ year, month, day }: Clock): { year: number; week: number } => {
  const date = new Date(Date.UTC(year, month - 1, day))
  date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7))
  return {
    year: date.getUTCFullYear(),
    week: Math.ceil(((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7),
  }
}

const offsetText = (minutes: number): string =>
  `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`

/** C's strftime in the C locale. `micros` are the microseconds within the second. */
export const strftime = (
  format: string,
  date: Date,
  isUtc: boolean,
  micros = date.getMilliseconds() * 1000,
): string => {
  const clock = clockOf(date, isUtc)
  const hour12 = clock.hour % 12 || 12
  const directive = (letter: string): string => {
    switch (letter) {
      case 'a':
        return days[clock.weekday]!.slice(0, 3)
      case 'A':
        return days[clock.weekday]!
      case 'b':
      case 'h':
        return months[clock.month - 1]!.slice(0, 3)
      case 'B':
        return months[clock.month - 1]!
      case 'c':
        return strftime('%a %b %e %H:%M:%S %Y', date, isUtc, micros)
      case 'C':
        return two(Math.floor(clock.year / 100))
      case 'd':
        return two(clock.day)
      case 'D':
      case 'x':
        return strftime('%m/%d/%y', date, isUtc, micros)
      case 'e':
        return String(clock.day).padStart(2, ' ')
      case 'f':
        return String(micros).padStart(6, '0')
      case 'F':
        return strftime('%Y-%m-%d', date, isUtc, micros)
      case 'g':
        return two(isoWeek(clock).year % 100)
      case 'G':
        return String(isoWeek(clock).year)
      case 'H':
        return two(clock.hour)
      case 'I':
        return two(hour12)
      case 'j':
        return String(clock.dayOfYear).padStart(3, '0')
      case 'k':
        return String(clock.hour).padStart(2, ' ')
      case 'l':
        return String(hour12).padStart(2, ' ')
      case 'm':
        return two(clock.month)
      case 'M':
        return two(clock.minute)
      case 'n':
        return '\n'
      case 'p':
        return clock.hour < 12 ? 'AM' : 'PM'
      case 'r':
        return strftime('%I:%M:%S %p', date, isUtc, micros)
      case 'R':
        return strftime('%H:%M', date, isUtc, micros)
      case 's':
        return String(Math.floor(date.getTime() / 1000))
      case 'S':
        return two(clock.second)
      case 't':
        return '\t'
      case 'T':
      case 'X':
        return strftime('%H:%M:%S', date, isUtc, micros)
      case 'u':
        return String(clock.weekday || 7)
      case 'U':
        return two(Math.floor((clock.dayOfYear + 6 - clock.weekday) / 7))
      case 'V':
        return two(isoWeek(clock).week)
      case 'w':
        return String(clock.weekday)
      case 'W':
        return two(Math.floor((clock.dayOfYear + 6 - ((clock.weekday + 6) % 7)) / 7))
      case 'y':
        return two(clock.year % 100)
      case 'Y':
        return String(clock.year)
      case 'z':
        return offsetText(clock.offset)
      case 'Z':
        return clock.zone
      case '%':
        return '%'
      default:
        return `%${letter}`
    }
  }
  return format.replace(/%[-_0^#]?([a-zA-Z%])/g, (_all, letter: string) => directive(letter))
}

/** A Python datetime without a time zone: what `now()` and `to_datetime` give. */
export class Datetime extends Fields {
  readonly date: Date
  readonly isUtc: boolean
  readonly micros: number
  constructor(date: Date, isUtc: boolean, micros = date.getMilliseconds() * 1000) {
    super()
    this.date = date
    this.isUtc = isUtc
    this.micros = micros
  }

  /** Seconds on the clock face, for differences and comparisons of naive times. */
  get seconds(): number {
    const { year, month, day, hour, minute, second } = clockOf(this.date, this.isUtc)
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 + this.micros / 1e6
  }

  get text(): string {
    return strftime(
      this.micros === 0 ? '%Y-%m-%d %H:%M:%S' : '%Y-%m-%d %H:%M:%S.%f',
      this.date,
      this.isUtc,
      this.micros,
    )
  }

  override get(key: Key): Value | undefined {
    const clock = clockOf(this.date, this.isUtc)
    switch (key) {
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

/** The difference of two datetimes. */
export class Timedelta extends Fields {
  readonly total: number
  constructor(total: number) {
    super()
    this.total = total
  }

  get text(): string {
    const whole = Math.floor(this.total / 86_400)
    const rest = this.total - whole * 86_400
    const clock = `${Math.floor(rest / 3600)}:${two(Math.floor((rest % 3600) / 60))}:${two(Math.floor(rest % 60))}`
    return whole === 0 ? clock : `${whole} day${Math.abs(whole) === 1 ? '' : 's'}, ${clock}`
  }

  override get(key: Key): Value | undefined {
    const whole = Math.floor(this.total / 86_400)
    if (key === 'days') return whole
    if (key === 'seconds') return Math.floor(this.total - whole * 86_400)
    return key === 'total_seconds' ? new Callable('total_seconds', () => float(this.total)) : undefined
  }
}
