import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expandPath } from '../configuration/configuration.ts'
import type { Settings } from '../configuration/options.ts'
import { suggest } from '../nearest.ts'
import { ansibleJsonReporter } from '../report/ansiblejson.ts'
import { combined } from '../report/combined.ts'
import { documentReporter } from '../report/document.ts'
import type { Reporter } from '../report/event.ts'
import { humanReporter } from '../report/human.ts'
import { junitReporter } from '../report/junit.ts'
import { liveLine } from '../report/live.ts'
import { minimalReporter } from '../report/minimal.ts'
import { planReporter } from '../report/plan.ts'
import { profileTasksReporter, timerReporter } from '../report/times.ts'
import { withLog } from './logfile.ts'
import type { RunFlags } from './options.ts'
import { retryFileReporter } from './retryfile.ts'
import type { Start } from './start.ts'
import type { Surroundings } from './surroundings.ts'
import { treeReporter } from './tree.ts'

/** What a run reports to; `end` prints what is told when all is over. */
export type Reporting = { readonly report: Reporter; readonly end: () => void; readonly stop: () => void }

/** What a reporter writes to: standard output and error, the live line wiped before. */
type Output = Pick<Surroundings, 'out' | 'error'>

const nothing = (): void => {}

/** How much is told: as many `-v` as given, or as the configuration says. */
export const verbosityOf = ({ verbose }: Pick<RunFlags, 'verbose'>, settings: Settings): number =>
  Math.max(verbose, settings.verbosity ?? 0)

const human = ({ surroundings, style, settings }: Start, verbosity: number, { out, error }: Output): Reporter =>
  humanReporter({
    write: out,
    warn: (text) => error(`${text}\n`),
    style,
    verbosity,
    columns: surroundings.columns.out(),
    context: { directory: surroundings.directory, style },
    format: shortName(settings.stdoutCallback) === 'yaml' || settings.resultFormat === 'yaml' ? 'yaml' : 'json',
    hides: { ok: settings.displayOkHosts === false, skipped: settings.displaySkippedHosts === false },
    failuresAside: settings.displayFailedStderr,
    marksCheckMode: settings.checkModeMarkers,
  })

/** The name of a callback without its collection. */
const shortName = (name: string | undefined): string => name?.split('.').at(-1) ?? 'default'

const reports = ['default', 'yaml', 'minimal', 'oneline', 'json']

type Main = { readonly reporter: Reporter; readonly end: () => void }

/** The report that `stdout_callback` names. */
const mainReporter = (start: Start, name: string, verbosity: number, output: Output): Main => {
  const { style } = start
  const lines = { write: output.out, warn: (text: string) => output.error(`${text}\n`), style, verbosity }
  switch (name) {
    case 'default':
    case 'yaml':
      return { reporter: human(start, verbosity, output), end: nothing }
    case 'minimal':
    case 'oneline':
      return { reporter: minimalReporter({ ...lines, oneLine: name === 'oneline' }), end: nothing }
    case 'json': {
      const { reporter, document } = ansibleJsonReporter()
      return { reporter, end: () => output.out(document()) }
    }
    default:
      // A callback in Python, or a slip of the pen: neither is a reason not to run.
      start.warn(`there is no report '${name}' (stdout_callback), the default one is shown: ${suggest(name, reports)}`)
      return { reporter: human(start, verbosity, output), end: nothing }
  }
}

const isYes = (text: string | undefined): boolean => /^(?:1|true|yes|on|y|t)$/i.test(text ?? '')

const junit = ({ environment, directory }: Surroundings): Reporter => {
  const place = environment['JUNIT_OUTPUT_DIR'] ?? join(environment['HOME'] ?? directory, '.ansible.log')
  return junitReporter({
    save: (name, document) => {
      mkdirSync(resolve(directory, place), { recursive: true })
      writeFileSync(resolve(directory, place, name), document)
    },
    failOnChange: isYes(environment['JUNIT_FAIL_ON_CHANGE']),
    failOnIgnore: isYes(environment['JUNIT_FAIL_ON_IGNORE']),
  })
}

/** The reports that `callbacks_enabled` adds; names that are not known have no effect, as there. */
const furtherReporters = ({ surroundings, settings }: Start, verbosity: number, { out }: Output): Reporter[] =>
  [...new Set((settings.callbacksEnabled ?? []).map(shortName))].flatMap((name) => {
    if (name === 'timer') return [timerReporter({ write: out, verbosity })]
    if (name === 'profile_tasks') return [profileTasksReporter({ write: out, verbosity })]
    return name === 'junit' ? [junit(surroundings)] : []
  })

/** Our own JSON document. */
const ownDocument = ({ out }: Output): Main => {
  const { reporter, document } = documentReporter()
  return { reporter, end: () => out(`${JSON.stringify(document(), null, 2)}\n`) }
}

const plan = ({ style, surroundings }: Start, { out, error }: Output): Main => ({
  reporter: planReporter({
    write: out,
    warn: (text) => error(`${text}\n`),
    style,
    context: { directory: surroundings.directory, style },
  }),
  end: nothing,
})

type ReportFlags = RunFlags & { plan?: boolean; tree?: string }

/** What a run reports to, with a live line at the foot of a terminal. `callback` is the report of commands that have their own. */
export const reportingFor = (start: Start, flags: ReportFlags, callback?: string): Reporting => {
  const { settings } = start
  const surroundings = withLog(start.surroundings, settings.logPath)
  const { error, columns } = surroundings
  const name = callback ?? shortName(settings.stdoutCallback)
  const isDocument = flags.json || name === 'json'
  const live =
    columns.error() === undefined || isDocument
      ? undefined
      : liveLine({ write: start.surroundings.error, columns: () => columns.error() ?? 80 })
  const output: Output = {
    out: (text) => {
      live?.wipe()
      surroundings.out(text)
    },
    error: (text) => {
      live?.wipe()
      error(text)
    },
  }
  const verbosity = verbosityOf(flags, settings)
  const main = flags.plan
    ? plan(start, output)
    : flags.json
      ? ownDocument(output)
      : mainReporter(start, name, verbosity, output)
  const retry = settings.retryFilesEnabled && !isDocument ? [retryFileReporter(start, output.out)] : []
  const further = flags.plan || isDocument ? [] : furtherReporters(start, verbosity, output)
  const tree =
    flags.tree === undefined
      ? []
      : [
          treeReporter({
            directory: resolve(surroundings.directory, expandPath(flags.tree, surroundings.environment)),
            verbosity,
            warn: start.warn,
          }),
        ]
  const reporters = [...retry, main.reporter, ...tree, ...further, ...(live ? [live.reporter] : [])]
  return { report: combined(reporters), end: main.end, stop: () => live?.stop() }
}
