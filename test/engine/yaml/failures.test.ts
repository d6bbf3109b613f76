import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadYaml } from '../../../engine/yaml/load.ts'
import { matchesGolden, toldBy } from '../../golden.ts'
import { suite } from '../../suite.ts'

// Mistakes as people make them in YAML, and what they are told.
const directory = join(import.meta.dirname, '../../golden/yaml')
const test = suite('yaml failures')

for (const name of readdirSync(directory).filter((file) => file.endsWith('.yml'))) {
  test(name, async () => {
    const file = join(directory, name)
    const said = await toldBy(() => loadYaml(readFileSync(file, 'utf8'), file), directory)
    matchesGolden(file.replace(/\.yml$/, '.txt'), said)
  })
}

test.run()
