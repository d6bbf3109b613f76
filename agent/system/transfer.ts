import type { BootContext } from '../context.ts'
import { mebibytes } from './memory.ts'

/** Milliseconds: the rate is that of the last so many, a line at most so often, events further and further apart. */
const recent = 10_000
const lineEvery = 1_000
const eventEvery = { first: 10_000, longest: 60_000 }

const timeText = (seconds: number): string =>
  seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`

/** How far a transfer has come: `184 of 528 MiB (34 %), 112.4 MiB/s, 4 s left`. `rate` is in bytes a second. */
export const transferText = (bytes: number, size: number, rate: number): string => {
  const share = `${Math.floor((bytes / size) * 100)} %`
  const left = rate > 0 ? `, ${timeText((size - bytes) / rate)} left` : ''
  return `${mebibytes(bytes).replace(' MiB', '')} of ${mebibytes(size)} (${share}), ${(rate / 1024 ** 2).toFixed(1)} MiB/s${left}`
}

/** What is to be called as bytes of the root arrive, with how many there are: it tells the log, the watchdog and the provisioner. */
export const transferProgress = (
  { log, events, watchdog }: Pick<BootContext, 'log' | 'events' | 'watchdog'>,
  size: number,
  now: () => number = performance.now.bind(performance),
): ((bytes: number) => void) => {
  let samples: { readonly at: number; readonly bytes: number }[] = [{ at: now(), bytes: 0 }]
  let pause = eventEvery.first
  let nextEvent = now() + pause
  return (bytes) => {
    watchdog.progress()
    const at = now()
    const last = samples.at(-1)
    if (last && at - last.at < lineEvery) return
    // content that is fetched anew begins at nothing
    if (last && bytes < last.bytes) samples = []
    samples = [...samples.filter((sample) => at - sample.at <= recent), { at, bytes }]
    const [first = { at, bytes }] = samples
    const text = transferText(bytes, size, at > first.at ? ((bytes - first.bytes) / (at - first.at)) * 1000 : 0)
    log.progress(text)
    if (at < nextEvent) return
    events.add('root', 'progress', { message: text, details: { bytes, size } })
    pause = Math.min(eventEvery.longest, pause * 2)
    nextEvent = at + pause
  }
}
