const units: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 }

/** A time as openssl takes it: `20300101000000Z`. */
export const timeText = (date: Date): string => `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`

/**
 * A point in time: `+1w2d3h4m5s` from now (seconds since 1970), or `YYYYMMDDHHMMSSZ`; undefined for what is none.
 */
export const timeOf = (text: string, now: number): Date | undefined => {
  const [, sign, rest = ''] = /^([+-])((?:\d+[wdhms])+)$/.exec(text.trim()) ?? []
  if (sign !== undefined) {
    const parts = [...rest.matchAll(/(\d+)([wdhms])/g)]
    const seconds = parts.reduce((sum, [, count = '0', unit = 's']) => sum + Number(count) * (units[unit] ?? 1), 0)
    return new Date((now + (sign === '-' ? -seconds : seconds)) * 1000)
  }
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text.trim()) ?? []
  if (year === undefined) return undefined
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}
