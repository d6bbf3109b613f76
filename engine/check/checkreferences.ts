import { Failure, type Position } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { inOrder } from '../problems.ts'
import type { Placed } from '../vars/jinja/library.ts'
import { findPlugin } from '../vars/jinja/plugins.ts'
import { isLookup, lookupNames } from '../vars/lookups/run.ts'
import { plugins } from '../vars/plugins.ts'
import type { Templar } from '../vars/templar.ts'
import type { Survey } from './survey.ts'
import type { CheckedText } from './texts.ts'
import { type OpenVault, rareWords } from './words.ts'

export type ReferenceOptions = {
  readonly templar: Pick<Templar, 'references'>
  /** Names that the inventory, the command line or the run itself define. */
  readonly known: ReadonlySet<string>
  /** Directories in whose files a name may be defined. */
  readonly roots: readonly string[]
  readonly decrypt: OpenVault
}

type Reference = Placed & { readonly isLazy: boolean }

/** Names that the run gives to tasks and templates where they have a meaning, and facts of modules. */
const given =
  /^(?:(?:ansible|template|facter|ohai|getent)_\w+|packages|services|mount_points|item|self|super|caller|loop|varargs|kwargs)$/

/** What the texts refer to, each place once. */
const referencesIn = (
  texts: readonly CheckedText[],
  templar: ReferenceOptions['templar'],
  tell: (failure: Failure) => void,
): Reference[] => {
  const found = new Map<string, Reference>()
  for (const { source, at, kind, isLazy, isSomewhere } of texts) {
    try {
      for (const reference of templar.references(source, at, kind)) {
        const place = isSomewhere ? at : reference.at
        const key = JSON.stringify([place, reference.kind, reference.name])
        // what is lazy in one use may not be so in another
        if (found.get(key)?.isLazy !== false) found.set(key, { ...reference, at: place, isLazy })
      }
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      tell(thrown)
    }
  }
  return [...found.values()]
}

/** The same name in many places is told once. */
const byName = (references: readonly Reference[]): Reference[][] =>
  Object.values(Object.groupBy(references, ({ kind, name }) => `${kind} ${name}`)).map((group) => group ?? [])

const failureFor = (
  places: readonly Reference[],
  what: string,
  known: Iterable<string>,
  otherwise: string,
): Failure[] => {
  const [first] = places
  if (!first) return []
  const { kind, name } = first
  const near = nearest(name, known)
  const others = places.length - 1
  const more = others > 0 ? ` (and in ${others} more ${others > 1 ? 'places' : 'place'})` : ''
  const at: Position = first.at
  const code = kind === 'name' ? 'template.undefined' : 'template.plugin'
  return [
    new Failure(code, `${what} '${name}'${more}`, {
      at,
      hint: near === undefined ? otherwise : `did you mean '${near}'?`,
    }),
  ]
}

const python = 'plugins in Python do not run; docs/reference has those that do'

/** Filters, tests and lookups that there are not. */
const unknownPlugins = (references: readonly Reference[]): Failure[] =>
  byName(references).flatMap((places) => {
    const { kind, name } = places[0] as Reference
    if (kind === 'name') return []
    if (kind === 'lookup') return isLookup(name) ? [] : failureFor(places, 'there is no lookup', lookupNames, python)
    const known: ReadonlyMap<string, unknown> = kind === 'filter' ? plugins.filters : plugins.tests
    return findPlugin(known, name) === undefined ? failureFor(places, `there is no ${kind}`, known.keys(), python) : []
  })

/** The references to variables that nothing defines, as far as the site's files tell. */
const undefinedNames = (
  references: readonly Reference[],
  { defined }: Survey,
  { known, roots, decrypt }: ReferenceOptions,
): Reference[] => {
  const isDefined = (name: string) =>
    known.has(name) || defined.has(name) || given.test(name) || plugins.globals.has(name)
  const required = references.filter(({ kind, isOptional }) => kind === 'name' && !isOptional)
  const asked = required.filter(({ name, isLazy }) => !isLazy && !isDefined(name))
  const uses = new Map(asked.map(({ name }) => [name, 0]))
  for (const { name } of required) if (uses.has(name)) uses.set(name, (uses.get(name) ?? 0) + 1)
  // a word that stands anywhere else may be what defines it
  const rare = rareWords(roots, uses, decrypt)
  return asked.filter(({ name }) => rare?.has(name))
}

/**
 * What the templates and conditions of a site name and nothing can be seen to define: variables, and filters, tests and
 * lookups that there are not. A variable is told only when its name stands nowhere in the site's files but where it is
 * asked for, and no task may define variables whose names are nowhere written.
 */
export const checkReferences = (found: Survey, options: ReferenceOptions): readonly Failure[] => {
  const failures: Failure[] = [...found.failures]
  const references = referencesIn(found.texts, options.templar, (failure) => failures.push(failure))
  failures.push(...unknownPlugins(references))
  if (found.isOpen) return inOrder(failures)
  const defined = [...options.known, ...found.defined]
  const otherwise = 'give it by -e, or say what stands for it: {{ name | default(…) }}'
  for (const places of byName(undefinedNames(references, found, options))) {
    failures.push(...failureFor(places, 'nothing here defines the variable', defined, otherwise))
  }
  return inOrder(failures)
}
