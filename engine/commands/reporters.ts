import type { Settings } from '../configuration/options.ts'
import { documentReporter } from '../report/document.ts'
import type { Reporter } from '../report/event.ts'
import { humanReporter } from '../report/human.ts'
import { liveLine } from '../report/live.ts'
import type { RunFlags } from './options.ts'
import type { Start } from './start.ts'
import type { Surroundings } from './surroundings.ts'

/** What a run reports to; `end` prints what is told when all is over. */
export type Reporting = { readonly report: Reporter; readonly end: () => void; readonly stop: () => void }

const document = ({ out }: Surroundings): Reporting => {
  const { reporter, document } = documentReporter()
  return { report: reporter, end: () => out(`${JSON.stringify(document(), null, 2)}\n`), stop: () => {} }
}

/** The report for people, with a live line below it on a terminal. */
const human = ({ surroundings, style, settings }: Start, flags: RunFlags): Reporting => {
  const { out, error, columns, directory } = surroundings
  const live =
    columns.error() === undefined ? undefined : liveLine({ write: error, columns: () => columns.error() ?? 80 })
  const report = humanReporter({
    write: (text) => {
      live?.wipe()
      out(text)
    },
    warn: (text) => {
      live?.wipe()
      error(`${text}\n`)
    },
    style,
    verbosity: verbosityOf(flags, settings),
    columns: columns.out(),
    context: { directory, style },
  })
  return {
    report: (event) => {
      report(event)
      live?.reporter(event)
    },
    end: () => {},
    stop: () => live?.stop(),
  }
}

/** How much is told: as many `-v` as given, or as the configuration says. */
export const verbosityOf = ({ verbose }: Pick<RunFlags, 'verbose'>, settings: Settings): number =>
  Math.max(verbose, settings.verbosity ?? 0)

export const reportingFor = (start: Start, flags: RunFlags): Reporting =>
  flags.json ? document(start.surroundings) : human(start, flags)
