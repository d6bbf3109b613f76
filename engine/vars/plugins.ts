import type { Filter } from './context.ts'
import { addressFilters } from './filters/address.ts'
import { dictFilters } from './filters/dict.ts'
import { encodingFilters } from './filters/encoding.ts'
import { listFilters } from './filters/list.ts'
import { numberFilters } from './filters/number.ts'
import { pathFilters } from './filters/path.ts'
import { regexFilters } from './filters/regex.ts'
import { secretFilters } from './filters/secret.ts'
import { selectionFilters } from './filters/selection.ts'
import { textFilters } from './filters/text.ts'
import { timeFilters } from './filters/time.ts'
import { typeFilters } from './filters/type.ts'
import { urlFilters } from './filters/url.ts'
import { globals } from './globals.ts'
import type { Plugins } from './jinja/plugins.ts'
import { tests } from './tests.ts'

const families: readonly Readonly<Record<string, Filter>>[] = [
  addressFilters,
  dictFilters,
  encodingFilters,
  secretFilters,
  listFilters,
  numberFilters,
  pathFilters,
  regexFilters,
  selectionFilters,
  textFilters,
  timeFilters,
  typeFilters,
  urlFilters,
]

/** Every filter, test and function that templates know. */
export const plugins: Plugins = {
  filters: new Map(families.flatMap((family) => Object.entries(family))),
  tests,
  globals,
}
