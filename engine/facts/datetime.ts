import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

const january = 1735689600
const july = 1751328000

/** The host's clock in its time zone. All values are strings, as Ansible gives them. */
export const dateTime: Family = {
  name: 'date_time',
  facts: ['date_time'],
  command: verbatim(
    `LC_ALL=C date '+%s %N %Y %m %d %H %M %S %A %w %W %Z %z'; date -d @${january} '+%z %Z'; date -d @${july} '+%z %Z'`,
  ),
  parse(output) {
    const [now = '', ...seasons] = output.trim().split('\n')
    if (!/^\d{1,11} /.test(now)) return {}
    const [
      epoch = '0',
      nanoseconds = '',
      year,
      month,
      day,
      hour,
      minute,
      second,
      weekday,
      weekdayNumber,
      week,
      tz,
      offset,
    ] = now.split(' ')
    const micro = /^\d{9}$/.test(nanoseconds) ? nanoseconds.slice(0, 6) : '000000' // busybox knows no %N
    const utc = new Date(Number(epoch) * 1000).toISOString().slice(0, 19)
    const [, summer = tz] = seasons.sort().at(-1)?.split(' ') ?? []
    return {
      date_time: {
        year,
        month,
        weekday,
        weekday_number: weekdayNumber,
        weeknumber: week,
        day,
        hour,
        minute,
        second,
        epoch,
        epoch_int: epoch,
        date: `${year}-${month}-${day}`,
        time: `${hour}:${minute}:${second}`,
        iso8601_micro: `${utc}.${micro}Z`,
        iso8601: `${utc}Z`,
        iso8601_basic: `${year}${month}${day}T${hour}${minute}${second}${micro}`,
        iso8601_basic_short: `${year}${month}${day}T${hour}${minute}${second}`,
        tz,
        tz_dst: summer,
        tz_offset: offset,
      },
    }
  },
}
