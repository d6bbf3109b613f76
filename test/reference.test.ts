import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { options } from '../engine/configuration/options.ts'
import { factNames } from '../engine/facts/collect.ts'
import { identityNames } from '../engine/inventory/identity.ts'
import { moduleNames } from '../engine/modules/registry.ts'
import { magicNames } from '../engine/run/magic.ts'
import { lookups } from '../engine/vars/lookups/run.ts'
import { plugins } from '../engine/vars/plugins.ts'
import { routes } from '../provisioner/routes.ts'
import eventSchema from '../schema/event.schema.json' with { type: 'json' }
import { commandsOf, playCommand, provisionCommand } from '../scripts/reference/commands.ts'
import { suite } from './suite.ts'

// Everything that has a name stands in docs/reference, as it was committed.
const test = suite('reference')
const root = join(import.meta.dirname, '..')

const textOf = (page: string): string => readFileSync(join(root, 'docs/reference', page), 'utf8')
const namesOf = (page: string): ReadonlySet<string> =>
  new Set([...textOf(page).matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replaceAll('\\|', '|')))
const titlesOf = (page: string): ReadonlySet<string> =>
  new Set([...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title))

const missing = (page: string, wanted: Iterable<string>): string[] => {
  const told = new Set([...namesOf(page), ...titlesOf(page)])
  return [...wanted].filter((name) => !told.has(name))
}

const named = (directory: string, pattern: string): string[] => globSync(join(directory, pattern), { cwd: root })

const { properties } = eventSchema

const everything: Readonly<Record<string, { readonly page: string; readonly names: Iterable<string> }>> = {
  modules: { page: 'modules.md', names: moduleNames },
  'folders of modules': {
    page: 'modules.md',
    names: named('engine/modules', '*/*.schema.json').map((file) => basename(dirname(file))),
  },
  filters: { page: 'templates.md', names: plugins.filters.keys() },
  tests: { page: 'templates.md', names: plugins.tests.keys() },
  functions: { page: 'templates.md', names: plugins.globals.keys() },
  lookups: { page: 'templates.md', names: lookups.keys() },
  'magic variables': { page: 'templates.md', names: [...identityNames, ...magicNames, 'node'] },
  facts: { page: 'facts.md', names: factNames.keys() },
  routes: { page: 'routes.md', names: routes.map(({ method, path }) => `${method} ${path}`) },
  stages: { page: 'stages.md', names: properties.stage.enum },
  'files of stages': {
    page: 'stages.md',
    names: named('agent/stages', '*.ts').map((file) => basename(file, '.ts')),
  },
  records: {
    page: 'records.md',
    names: named('schema', '*.schema.json').map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')).title),
  },
  commands: {
    page: 'commands.md',
    names: [playCommand(), provisionCommand()].flatMap((program) => commandsOf(program).map(({ words }) => words)),
  },
  'options of ansible.cfg': {
    page: 'configuration.md',
    names: Object.values(options).flatMap(({ keys, variables }) => [...keys, ...variables]),
  },
  options: {
    page: 'commands.md',
    names: [playCommand(), provisionCommand()].flatMap((program) =>
      commandsOf(program).flatMap(({ command }) => command.options.map(({ flags }) => flags)),
    ),
  },
}

for (const [what, { page, names }] of Object.entries(everything)) {
  test(`every one of the ${what} stands in ${page}`, () => {
    const all = [...names]
    assert.ok(all.length > 2, 'there are some')
    assert.equal(missing(page, all), [])
  })
}

test('every flag of the agent stands in commands.md', () => {
  const sources = ['agent/main.ts', 'agent/mkdisk/command.ts'].map((file) => readFileSync(join(root, file), 'utf8'))
  const flags = new Set(sources.flatMap((source) => source.match(/(?<=')--?[a-z]+(?=')/g) ?? []))
  flags.delete('-h')
  flags.delete('--help')
  const text = textOf('commands.md')
  assert.ok(flags.size > 4)
  assert.equal(
    [...flags].filter((flag) => !text.includes(flag)),
    [],
  )
})

test.run()
