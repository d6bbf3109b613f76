import { Failure } from '../failure.ts'
import type { Play, Text } from '../playbook/play.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { type Dict, Template } from '../vars/value.ts'
import { playTask, top } from './gather.ts'
import { type PlayRun, type Run, scopeFor } from './playrun.ts'
import { isActive } from './state.ts'

type Entry = Play['varsFiles'][number]

const pathOf = async (run: Run, play: Play, name: Text, scope: Scope): Promise<string> => {
  const { templar } = run.options
  const text = name instanceof Template ? String(await settled(() => templar.evaluate(name, scope))) : name
  return text.startsWith('/') ? text : `${play.directory}/${text}`
}

/** The first file of an entry that exists. @throws Failure when there is none, or a name speaks of what is undefined */
export const fileOf = async (run: Run, play: Play, { names, at }: Entry, scope: Scope): Promise<string> => {
  const tried: string[] = []
  for (const name of names) {
    const path = await pathOf(run, play, name, scope)
    if (await run.options.loader.exists(path)) return path
    tried.push(path)
  }
  throw new Failure('playbook.missing', 'this file of variables does not exist', {
    at,
    hint: `looked for ${tried.join(', ')}`,
  })
}

/**
 * vars_files: of each entry the first file that exists. Names may speak of variables; one that speaks of facts is
 * left out until they have been gathered, and for good in a play that gathers none.
 */
export const readVarsFiles = async (playRun: PlayRun): Promise<void> => {
  const { play, run, batch } = playRun
  const read = new Map<string, Dict>()
  for (const host of batch.filter(isActive)) {
    const { playFiles, cachedFacts } = host.variables
    playFiles.clear()
    if (play.varsFiles.length === 0) continue
    const scope = scopeFor(playRun, host, playTask(play), top)
    const hasFacts = cachedFacts.get('module_setup') === true
    for (const entry of play.varsFiles) {
      try {
        const file = await fileOf(run, play, entry, scope)
        const values = read.get(file) ?? (await run.options.loader.variables(file))
        read.set(file, values)
        for (const [key, value] of values) playFiles.set(key, value)
      } catch (thrown) {
        if (!(thrown instanceof Failure) || thrown.code !== 'template.undefined' || hasFacts) throw thrown
      }
    }
  }
}
