import { Failure } from '../failure.ts'
import type { Play } from '../playbook/play.ts'
import { layer, type Scope } from '../vars/scope.ts'
import type { Dict } from '../vars/value.ts'
import { playMagic } from './magic.ts'
import type { Run } from './playrun.ts'
import { fileOf } from './varsfiles.ts'

/** Values of vars_files that are there; names that only hosts can tell are left out. */
const varsFilesOf = async (run: Run, play: Play, scope: Scope): Promise<Dict> => {
  const all: Dict = new Map()
  for (const entry of play.varsFiles) {
    try {
      const file = await fileOf(run, play, entry, layer(all, scope))
      for (const [key, value] of await run.options.loader.variables(file)) all.set(key, value)
    } catch (thrown) {
      // hosts may know the name, or bring the complaint
      const isForHosts = thrown instanceof Failure && /^(?:template\.undefined|playbook\.missing)$/.test(thrown.code)
      if (!isForHosts) throw thrown
    }
  }
  return all
}

/**
 * What a play may speak of before it has hosts: its own keywords (`hosts`, `name`, `serial` …) see its variables, those
 * of its roles, answers of vars_prompt, and by `hostvars` what other hosts have learnt.
 */
export const playScope = async (run: Run, play: Play, answers: Dict): Promise<Scope> => {
  const { extraVars } = run.options
  const magic: Scope = { get: (name) => playMagic(run, play, name), names: () => [] }
  const above = (scope: Scope): Scope => ({
    get: (name) => magic.get(name) ?? extraVars.get(name) ?? scope.get(name),
    *names() {
      for (const name of extraVars.keys()) yield String(name)
      yield* scope.names()
    },
  })
  const roles = play.roles.filter((role) => role.public)
  const defaults = roles.reduce((scope, role) => layer(role.defaults, scope), layer(new Map()))
  const own = layer(answers, layer(play.vars, defaults))
  const files = layer(await varsFilesOf(run, play, above(own)), own)
  return above(roles.reduce((scope, role) => layer(role.vars, scope), files))
}
