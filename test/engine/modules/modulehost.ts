import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Connection } from '../../../engine/connections/connection.ts'
import { Failure } from '../../../engine/failure.ts'
import type { Controller, Host } from '../../../engine/modules/module.ts'
import { createLargeFiles } from '../../../engine/run/largefile.ts'
import { listLocal } from '../../../engine/run/listlocal.ts'
import { writeLocal } from '../../../engine/run/writelocal.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { emptyScope, layer } from '../../../engine/vars/scope.ts'
import { templateNames } from '../../../engine/vars/templatenames.ts'
import { type Dict, fromPlain } from '../../../engine/vars/value.ts'

export type ModuleHostOptions = {
  readonly connection: Connection
  readonly check: boolean
  /** Directory on the controller with `files/`, `templates/` …, as a role has them. */
  readonly role: string
  readonly facts?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string>>
  /** Variables of the templates. */
  readonly vars?: Readonly<Record<string, unknown>>
}

const at = { file: 'case', line: 1, column: 1 }

const templar = createTemplar({
  warn: () => {},
  decrypt: () => '',
  searchPath: () => ['/'],
  environment: () => undefined,
})

const controller = (role: string, vars: Readonly<Record<string, unknown>>): Controller => {
  const notThere = async (): Promise<never> => {
    throw new Error('these cases have no playbook around them')
  }
  return {
    async find(kind, name) {
      const path = isAbsolute(name) ? name : join(role, kind, name)
      await stat(path).catch((cause) => {
        throw new Failure('module.file', `no file '${name}'`, { at, cause })
      })
      return path
    },
    read: (path) => readFile(path),
    large: createLargeFiles(),
    async stat(path) {
      const found = await stat(path).catch(() => undefined)
      return found && { type: found.isDirectory() ? 'directory' : 'file', mode: found.mode & 0o7777 }
    },
    list: listLocal,
    write: writeLocal,
    render: async (path, options) => {
      const source = await readFile(path, 'utf8')
      const names = layer(templateNames(path, options), layer(fromPlain(vars) as Dict))
      return templar.render(source, path, names, { keepTrailingNewline: true, ...options })
    },
    expression: notThere,
    condition: notThere,
    scope: emptyScope,
    variables: notThere,
    ask: notThere,
    way: async () => ({ host: 'testhost', kind: 'local', options: { host: 'testhost' } }),
  }
}

/** A host for module cases: a real connection, and a controller that is a directory. */
export const moduleHost = ({
  connection,
  check,
  role,
  facts = {},
  environment = {},
  vars = {},
}: ModuleHostOptions): Host => ({
  name: 'testhost',
  check,
  diff: true,
  verbosity: 0,
  noLog: false,
  at,
  run: (command, options) =>
    connection.run(command, { ...options, environment: { ...environment, ...options?.environment } }),
  read: (path) => connection.read(path),
  write: (path, content, options) => connection.write(path, content, options),
  stat: (path, options) => connection.stat(path, options),
  open: (path) => connection.open(path),
  makeDirectories: (paths, mode) => connection.makeDirectories(paths, mode),
  fact: async (name) => fromPlain(facts[name]),
  connection,
  controller: controller(role, vars),
})
