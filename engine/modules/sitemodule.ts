import { createRequire } from 'node:module'
import { secret, sh } from '../command.ts'
import { Failure, messageOf } from '../failure.ts'
import { Suspension } from '../vars/scope.ts'
import { toPlain, type Value } from '../vars/value.ts'
import { change, type Host, type Module, type ModuleSchema, module, type Steps } from './module.ts'
import { runOrFail } from './runorfail.ts'
import { siteProgram } from './siteprogram.ts'

const tools = { sh, secret, change, runOrFail, Failure } as const

/** What a module in TypeScript is made of: its own file needs to import nothing but types. */
export type Tools = typeof tools

/**
 * What a file `NAME.ts` of a library exports. Without a schema any parameters are taken, as plain data. `run` is what a module of
 * our own is: it yields the changes that it has decided on, and returns the result.
 */
export type SiteModule<P = Readonly<Record<string, unknown>>> = {
  readonly schema?: Partial<ModuleSchema>
  readonly run: (host: Host, params: P, tools: Tools) => Steps
}

const isSiteModule = (found: object): found is SiteModule => 'run' in found && typeof found.run === 'function'

const load = (name: string, path: string): SiteModule => {
  let found: object
  try {
    found = createRequire(path)(path) // a bundle of ours has no import of files
  } catch (cause) {
    throw new Failure('module.site', `the module '${name}' cannot be loaded from ${path}: ${messageOf(cause)}`, {
      cause,
    })
  }
  if (isSiteModule(found)) return found
  throw new Failure('module.site', `${path} exports no 'run', and so is no module '${name}'`, {
    hint: 'write: export async function* run(host, params, { sh, change }) { … }',
  })
}

/** The module that is a file of the site's: of TypeScript, which runs here, or a program, which runs on the host. */
export const siteModule = (name: string, path: string): Module => {
  if (!path.endsWith('.ts')) return siteProgram(name, path) as Module
  const { schema, run } = load(name, path)
  const whole = { title: name, description: '', properties: {}, additionalProperties: !schema?.properties, ...schema }
  return module(name, whole, async function* (host, params) {
    const given = Object.entries(params as Record<string, unknown>)
    const plain = given.map(([key, value]) => [key, key in whole.properties ? value : toPlain(value as Value)])
    try {
      return yield* run(host, Object.fromEntries(plain), tools)
    } catch (cause) {
      if (cause instanceof Failure || cause instanceof Suspension) throw cause
      throw new Failure('module.site', `the module '${name}' ended with an error: ${messageOf(cause)}`, {
        at: host.at,
        hint: `look into ${path}`,
        cause,
      })
    }
  })
}
