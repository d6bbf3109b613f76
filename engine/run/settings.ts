import type { Play } from '../playbook/play.ts'
import { emptyScope, layer, settled } from '../vars/scope.ts'
import { Template, toPlain, type Value } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import type { RunOptions } from './options.ts'

/** What a play says of itself, evaluated with the variables that are known before it starts. */
export type PlaySettings = {
  readonly name: string
  readonly serial: readonly Value[]
  readonly forceHandlers: boolean
  /** Percent of a batch that may fail. */
  readonly maxFailPercentage?: number | undefined
  readonly gatherFacts: boolean
  /** Words of `gather_subset`. */
  readonly gatherSubset: readonly string[]
}

const words = (value: Value): string[] =>
  (Array.isArray(value) ? value : [value])
    .flatMap((each) => String(each ?? '').split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** Evaluates a play's settings. @throws Failure when one of them speaks of what only hosts know */
export const settingsOf = async (play: Play, options: RunOptions): Promise<PlaySettings> => {
  const { templar, extraVars, defaults } = options
  const scope = layer(extraVars, layer(play.vars, emptyScope))
  const value = (given: Value): Promise<Value> => settled(() => templar.resolve(given, scope))
  const limit = play.maxFailPercentage === undefined ? undefined : await value(play.maxFailPercentage)
  return {
    name:
      play.name instanceof Template ? await value(play.name).then(String, () => String(toPlain(play.name))) : play.name,
    serial: (await Promise.all(play.serial.map(value))).flat(),
    forceHandlers: options.forceHandlers || boolean(await value(play.forceHandlers ?? null)),
    maxFailPercentage: limit === undefined ? undefined : Number(String(limit).replace('%', '')),
    gatherFacts:
      play.gatherFacts === undefined ? defaults.gathering !== 'explicit' : boolean(await value(play.gatherFacts)),
    gatherSubset: words(await value(play.gatherSubset ?? 'all')),
  }
}
