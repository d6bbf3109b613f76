import { join } from 'node:path'
import { loadInventory } from '../../../engine/inventory/load.ts'
import { selectHosts } from '../../../engine/inventory/pattern.ts'
import { checkVariables } from '../../../engine/inventory/variables.ts'
import { matchesGolden, toldBy } from '../../golden.ts'
import { suite } from '../../suite.ts'

// Mistakes in inventories as people make them, and what they are told.
const directory = join(import.meta.dirname, '../../golden/inventory')
const test = suite('inventory failures')

const options = { decrypt: (text: string) => text, warn: () => {} }

const sources = [
  ...[
    'cycle.ini',
    'cycle.yml',
    'sections.ini',
    'undefined-groups.ini',
    'lines.ini',
    'shapes.yml',
    'list.yml',
    'plugin.yml',
  ],
  ...['hosts.toml', 'fails.sh', 'nolist.sh', 'missing.ini'],
]

for (const source of sources) {
  test(source, async () => {
    const said = await toldBy(() => loadInventory([join(directory, source)], options), directory)
    matchesGolden(join(directory, `${source}.txt`), said)
  })
}

test('files of variables', async () => {
  const inventory = await loadInventory([join(directory, 'variables/hosts')], options)
  const said = await toldBy(() => checkVariables(inventory), directory)
  matchesGolden(join(directory, 'variables.txt'), said)
})

test('patterns', async () => {
  const inventory = await loadInventory(['a,b,'], options)
  let said = ''
  for (const pattern of ['~(', '[z-a]', 'a,!', '!'])
    said += await toldBy(() => selectHosts(inventory, pattern), directory)
  matchesGolden(join(directory, 'patterns.txt'), said)
})

test.run()
