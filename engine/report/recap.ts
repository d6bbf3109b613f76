import type { Stats } from './event.ts'
import type { Style } from './style.ts'

const isEmpty = (stats: Stats): boolean => Object.values(stats).every((count) => count === 0)

/** The line of one host: names are padded, so that the counts stand in columns. */
const recapLine = (host: string, stats: Stats, style: Style): string => {
  const part = (name: string, count: number, colour: (text: string) => string) => {
    const text = `${name}=${String(count).padEnd(4)}`
    return count > 0 ? colour(text) : text
  }
  const isBad = stats.failed > 0 || stats.unreachable > 0
  const colour = isBad ? style.failed : stats.changed > 0 ? style.changed : style.ok
  const label = colour(host) + ' '.repeat(Math.max(0, 26 - host.length))
  return [
    `${label} :`,
    part('ok', stats.ok, style.ok),
    part('changed', stats.changed, style.changed),
    part('unreachable', stats.unreachable, style.failed),
    part('failed', stats.failed, style.failed),
    part('skipped', stats.skipped, style.skipped),
    part('rescued', stats.rescued, style.ok),
    part('ignored', stats.ignored, style.warning),
  ].join(' ')
}

/** The recap's lines: every host that something was done for, sorted by name. */
export const recapLines = (all: ReadonlyMap<string, Stats>, style: Style): string[] =>
  [...all]
    .filter(([, stats]) => !isEmpty(stats))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([host, stats]) => recapLine(host, stats, style))
