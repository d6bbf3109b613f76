import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'

/**
 * A case is a folder below `cases/` with a playbook `site.yml` or a description `case.yml`, or both; whatever else it
 * holds is there when it runs, in a copy of the folder. All that `case.yml` says is optional:
 *
 *     runs:                       # each a line of shell; a later one finds what the earlier left
 *     - $play site.yml            # this is the default; $play is `ansible-playbook -i INVENTORY -c local`, where INVENTORY
 *     - ansible-inventory --list  # is the case's own `inventory` (a file or folder), or the two hosts `a,b,`
 *     environment: {NAME: value}  # for both programs
 *     stdout: false               # exit codes and files are compared, not what is printed
 *     warnings: true             # the warnings on standard error are compared too
 *     messages: own               # what a failing task says is ours to word
 *     recap: WHY                  # the recap is not compared
 *     ignored: {PATTERN: WHY}     # what matches the regular expression is not compared; `^…\n` leaves out a line
 */
export type Case = {
  readonly name: string
  readonly folder: string
  readonly runs: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly stdout: boolean
  readonly warnings?: true
  readonly ownMessages: boolean
  readonly ownRecap: boolean
  readonly ignored: readonly RegExp[]
}

type Description = {
  runs?: string[]
  environment?: Record<string, string>
  stdout?: boolean
  warnings?: boolean
  messages?: 'own'
  recap?: string
  ignored?: Record<string, string>
}

const known = new Set(['runs', 'environment', 'stdout', 'warnings', 'messages', 'recap', 'ignored'])

const read = (name: string, folder: string): Case => {
  const file = join(folder, 'case.yml')
  const description: Description = existsSync(file) ? (parse(readFileSync(file, 'utf8')) ?? {}) : {}
  const unknown = Object.keys(description).filter((key) => !known.has(key))
  if (unknown.length > 0) throw new Error(`${file}: ${unknown.join(', ')}: no such key`)
  const inventory = existsSync(join(folder, 'inventory')) ? 'inventory' : 'a,b,'
  return {
    name,
    folder,
    runs: (description.runs ?? ['$play site.yml']).map((line) =>
      line.replaceAll('$play', `ansible-playbook -i ${inventory} -c local`),
    ),
    environment: description.environment ?? {},
    stdout: description.stdout ?? true,
    ...(description.warnings && { warnings: true }),
    ownMessages: description.messages === 'own',
    ownRecap: description.recap !== undefined,
    ignored: Object.keys(description.ignored ?? {}).map((pattern) => new RegExp(pattern, 'gm')),
  }
}

const root = join(import.meta.dirname, 'cases')

/** All cases whose names contain a text, in the order of their names. */
export const casesNamed = (text: string): Case[] => {
  const folders = globSync('**/case.yml', { cwd: root }).map(dirname)
  for (const folder of globSync('*/*/site.yml', { cwd: root }).map(dirname)) folders.push(folder)
  return [...new Set(folders)]
    .filter((name) => name.includes(text))
    .sort()
    .map((name) => read(name, join(root, name)))
}
