// The reference page of what templates can call, and of the variables that are always there.
import { identityNames } from '../../engine/inventory/identity.ts'
import { magicNames } from '../../engine/run/magic.ts'
import { lookups } from '../../engine/vars/lookups/run.ts'
import { plugins } from '../../engine/vars/plugins.ts'
import { code, page, table } from './markdown.ts'

const inOrder = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

const withArguments = (map: ReadonlyMap<string, { readonly parameters: readonly string[] }>): string =>
  table(
    ['name', 'arguments'],
    inOrder(map).map(([name, { parameters }]) => [code(name), code(...parameters)]),
  )

const names = (all: Iterable<string>): string => code(...[...all].sort())

export const templatesPage = (): string =>
  page([
    '# Templates',
    'Made from `engine/vars`. Each name may also be written with its collection (`ansible.builtin.`, `ansible.utils.`, …).',
    '## Filters',
    '`*name` takes any number of arguments, `**name` any named ones.',
    withArguments(plugins.filters),
    '## Tests',
    withArguments(plugins.tests),
    '## Functions',
    names(plugins.globals.keys()),
    '## Lookups',
    "Of `lookup('NAME', …)`, `query('NAME', …)` and `with_NAME`.",
    names(lookups.keys()),
    '## Magic variables',
    "Those that begin with `inventory_`, and `group_names`, stand where a host's own variables do, so that a play may set them; all others are above every level. `node` is a node's merged record ([NodeRecord](records.md#noderecord)), and undefined on hosts that are no nodes; `prelude_home` is where Prelude is installed.",
    names(['node', 'prelude_home', ...identityNames, ...magicNames]),
  ])
