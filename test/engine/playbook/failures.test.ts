import { join } from 'node:path'
import { createLoader } from '../../../engine/playbook/loader.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { matchesGolden, toldBy } from '../../golden.ts'
import { suite } from '../../suite.ts'

// Mistakes in playbooks as people make them, and what they are told: everything of all files at once.
const directory = join(import.meta.dirname, '../../golden/playbook')
const test = suite('playbook failures')

const modules = ['command', 'copy', 'debug', 'file', 'shell', 'template']
const options = {
  isModule: (name: string) => modules.includes(name),
  moduleNames: modules,
  templar: createTemplar({
    warn: () => {},
    decrypt: (text) => text,
    searchPath: () => [],
    environment: () => undefined,
  }),
  decrypt: (text: string) => text,
  warn: () => {},
}

const playbooks = [
  'arguments',
  'circle',
  'dictionary',
  'empty',
  'keywords',
  'missing',
  'modules',
  'plays',
  'types',
  'yaml',
  'none',
]

for (const name of playbooks) {
  test(name, async () => {
    const said = await toldBy(() => createLoader(options).playbook(join(directory, `${name}.yml`)), directory)
    matchesGolden(join(directory, `${name}.txt`), said)
  })
}

test.run()
