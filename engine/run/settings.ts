import { Failure } from '../failure.ts'
import type { Play, Text } from '../playbook/play.ts'
import { orders, strategies } from '../playbook/section.ts'
import { text } from '../vars/python/text.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { Omit, Template, toPlain, type Value } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import type { RunOptions } from './options.ts'

/** What a play says of itself, evaluated with the variables that are known before it starts. */
export type PlaySettings = {
  readonly name: string
  readonly order?: string | undefined
  readonly strategy?: string | undefined
  readonly serial: readonly Value[]
  readonly forceHandlers: boolean
  /** Percent of a batch that may fail. */
  readonly maxFailPercentage?: number | undefined
  readonly gatherFacts: boolean
  /** Words of `gather_subset`. */
  readonly gatherSubset: readonly string[]
  /** Seconds that a file system may take to tell its size. */
  readonly gatherTimeout?: number | undefined
  /** Directory of the site's own facts on the hosts. */
  readonly factPath?: string | undefined
}

const words = (value: Value): string[] =>
  (Array.isArray(value) ? value : [value])
    .flatMap((each) => String(each ?? '').split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')

const nameOf = (value: Value): string => (value instanceof Omit ? '' : text(value))

/** Evaluates a play's settings. @throws Failure when one of them speaks of what only hosts know */
export const settingsOf = async (play: Play, options: RunOptions, scope: Scope): Promise<PlaySettings> => {
  const { templar, defaults } = options
  const value = (given: Value): Promise<Value> => settled(() => templar.resolve(given, scope))
  const limit = play.maxFailPercentage === undefined ? undefined : await value(play.maxFailPercentage)
  const word = async (given: Text | undefined, known: readonly string[], keyword: string) => {
    const chosen = given === undefined ? undefined : String(await value(given))
    if (chosen === undefined || known.includes(chosen)) return chosen
    throw new Failure('playbook.type', `'${keyword}' cannot be '${chosen}'`, {
      at: play.at,
      hint: `known: ${known.join(', ')}`,
    })
  }
  const seconds = async (given: Value): Promise<number | undefined> => {
    const found = await value(given)
    if (found === null || found instanceof Omit) return defaults.gatherTimeout
    if (/^[-+]?\d+$/.test(text(found))) return Number(text(found))
    throw new Failure('playbook.type', `'gather_timeout' must be a whole number, and this is '${text(found)}'`, {
      at: play.at,
    })
  }
  return {
    name:
      play.name instanceof Template ? await value(play.name).then(nameOf, () => String(toPlain(play.name))) : play.name,
    order: await word(play.order, orders, 'order'),
    strategy: await word(play.strategy, strategies, 'strategy'),
    serial: (await Promise.all(play.serial.map(value))).flat(),
    forceHandlers: options.forceHandlers || boolean(await value(play.forceHandlers ?? null)),
    maxFailPercentage: limit === undefined ? undefined : Number(String(limit).replace('%', '')),
    gatherFacts:
      play.gatherFacts === undefined ? defaults.gathering !== 'explicit' : boolean(await value(play.gatherFacts)),
    factPath: play.factPath === undefined ? undefined : String(await value(play.factPath)),
    gatherTimeout: await seconds(play.gatherTimeout ?? null),
    gatherSubset: words(await value(play.gatherSubset ?? 'all')),
  }
}
