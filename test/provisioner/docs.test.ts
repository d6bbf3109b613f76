import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import * as assert from 'uvu/assert'
import { routes } from '../../provisioner/routes.ts'
import { provisionCommand } from '../../scripts/reference/commands.ts'
import { suite } from '../suite.ts'

const test = suite('provisioner: documentation')
const page = readFileSync(join(import.meta.dirname, '../../docs/provisioner.md'), 'utf8')

const leaves = (command: Command, words: string): { words: string; command: Command }[] =>
  command.commands.length === 0
    ? [{ words, command }]
    : command.commands.flatMap((each) => leaves(each, `${words} ${each.name()}`))

test('every route stands in the page, and no other', () => {
  const told = [...page.matchAll(/^\| `((?:GET|POST) \/\S*)` \| (\w+)/gm)].map(
    ([, route, listener]) => `${route} ${listener}`,
  )
  assert.equal(told.sort(), routes.map(({ method, path, listener }) => `${method} ${path} ${listener}`).sort())
})

test('every command and option stands in the page, and no other command', () => {
  const program = provisionCommand()
  const commands = leaves(program, 'provision')
  const told = [...page.matchAll(/^\| `(provision [^`]+)`/gm)].map(([, words]) => words)
  assert.equal(told.sort(), commands.map(({ words }) => words).sort())
  const options = [...program.options, ...commands.flatMap(({ command }) => command.options)]
  for (const { long } of options)
    if (long !== '--version') assert.match(page, `\`${long}\``.replace('`--inventory`', '--inventory'))
})

test.run()
