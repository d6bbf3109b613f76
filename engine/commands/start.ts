import { readConfiguration } from '../configuration/configuration.ts'
import type { Settings } from '../configuration/options.ts'
import type { Failure, Position } from '../failure.ts'
import { positionText, renderWarning } from '../report/failure.ts'
import { hasColours, type Style, styleFor } from '../report/style.ts'
import type { Surroundings } from './surroundings.ts'

/** What every command begins with: the configuration, and how it speaks to people. */
export type Start = {
  readonly surroundings: Surroundings
  /** The ansible.cfg that was read. */
  readonly configurationFile: string | undefined
  readonly settings: Settings
  readonly style: Style
  /** Tells a warning, once. */
  readonly warn: (message: string, at?: Position) => void
  /** Tells what will go wrong if it comes to that, with its place in the file, once. */
  readonly caution: (failure: Failure) => void
  /** Tells of what later versions of the language do not have, once. */
  readonly deprecate: (message: string) => void
}

/** Whether the report has colours: as the configuration says, else as the terminal and the environment say. */
const isColoured = ({ columns, environment }: Surroundings, settings: Settings): boolean => {
  if (settings.forceColour) return true
  if (settings.noColour) return false
  return hasColours({ isTTY: columns.out() !== undefined }, environment)
}

/** Reads the configuration. @throws Failure */
export const start = async (surroundings: Surroundings): Promise<Start> => {
  const { error, environment, directory } = surroundings
  const told = new Set<string>()
  const once = (text: string): void => {
    if (!told.has(text)) error(`${text}\n`)
    told.add(text)
  }
  const tell = (style: Style, message: string, at?: Position): void =>
    once(style.warning(`[WARNING]: ${message}`) + (at ? `\n  at ${positionText(at, directory)}` : ''))
  const { file, settings } = await readConfiguration({
    environment,
    directory,
    warn: (message) => tell(styleFor(isColoured(surroundings, {})), message),
  })
  const style = styleFor(isColoured(surroundings, settings))
  const warn = settings.systemWarnings === false ? () => {} : tell.bind(undefined, style)
  const caution = (failure: Failure) => once(renderWarning(failure, { directory, style }))
  const deprecate = (message: string): void => {
    if (settings.deprecationWarnings !== false) once(style.deprecation(`[DEPRECATION WARNING]: ${message}`))
  }
  return { surroundings, configurationFile: file, settings, style, warn, caution, deprecate }
}
