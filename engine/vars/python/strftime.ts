export const two = (value: number): string => String(value).padStart(2, '0')
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
export type Clock = {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  weekday: number
  dayOfYear: number
  offset: number
}

export const clockOf = (date: Date, isUtc: boolean): Clock => {
  const offset = isUtc ? 0 : -date.getTimezoneOffset()
  const shifted = new Date(date.getTime() + offset * 60_000)
  const year = shifted.getUTCFullYear()
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
  }
}

/** What local time is called then, such as CET. Apart from the clock, because the first formatter costs milliseconds. */
const localZone = (date: Date): string =>
  new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
    .formatToParts(date)
    .find((part) => part.type === 'timeZoneName')?.value ?? 'UTC'

/** The week of the year and its year after ISO 8601. */
export const isoWeek = ({ year, month, day }: Clock): { year: number; week: number } => {
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
        return isUtc ? 'UTC' : localZone(date)
      case '%':
        return '%'
      default:
        return `%${letter}`
    }
  }
  return format.replace(/%[-_0^#]?([a-zA-Z%])/g, (_all, letter: string) => directive(letter))
}
