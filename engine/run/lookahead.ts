import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { includedNodes } from '../playbook/included.ts'
import type { PlaybookLoader } from '../playbook/loader.ts'
import type { Node, Play, Task } from '../playbook/play.ts'
import { type Dict, isDict, Template } from '../vars/value.ts'
import { candidates } from './controller.ts'

export type VariablesFile = { readonly file: string; readonly values: Dict }

/** What a play will read when it runs, as far as that is known before. */
export type Lookahead = {
  /** The vars_files whose names are known. */
  readonly varsFiles: ReadonlyMap<string, Dict>
  /** Files that vars_files may mean whose names are templates. */
  readonly possible: readonly (VariablesFile & { readonly name: string })[]
  /** What the includes bring that say so without a template. */
  readonly includes: ReadonlyMap<Task, readonly Node[]>
  /** Files that tasks of include_vars name outright. */
  readonly included: ReadonlyMap<Task, VariablesFile>
}

/** Files that are no variables and roles that are not there: the run tells them where it needs them. */
const unlessFailure = (thrown: unknown): void => {
  if (!(thrown instanceof Failure)) throw thrown
}

const firstThere = async (places: readonly string[], loader: PlaybookLoader): Promise<VariablesFile | undefined> => {
  for (const file of places) if (await loader.exists(file)) return { file, values: await loader.variables(file) }
  return undefined
}

/** Files that a name with templates in it may mean: anything may stand for a template. */
const filesLike = (name: Template, directory: string): string[] =>
  globSync(name.source.replace(/\{\{.*?\}\}/gs, '*'), { cwd: directory })
    .map((file) => resolve(directory, file))
    .sort()

const varsFilesOf = async (play: Play, loader: PlaybookLoader): Promise<Pick<Lookahead, 'varsFiles' | 'possible'>> => {
  const varsFiles = new Map<string, Dict>()
  const possible: (VariablesFile & { name: string })[] = []
  for (const { names } of play.varsFiles) {
    for (const name of names) {
      if (name instanceof Template) {
        for (const file of filesLike(name, play.directory)) {
          const values = await loader.variables(file).catch(unlessFailure)
          if (values) possible.push({ name: name.source, file, values })
        }
        continue
      }
      const found = await firstThere([resolve(play.directory, name)], loader)
      if (!found) continue
      varsFiles.set(found.file, found.values)
      break
    }
  }
  return { varsFiles, possible }
}

/** Looks ahead of a play. What cannot be read is left to the run, which tells it. */
export const lookahead = async (play: Play, loader: PlaybookLoader): Promise<Lookahead> => {
  const includes = new Map<Task, readonly Node[]>()
  const included = new Map<Task, VariablesFile>()
  const seen = new Set<string>()
  const visit = async (task: Task): Promise<void> => {
    const { action, args } = task
    const name = isDict(args) ? (args.get('_raw_params') ?? args.get('file')) : undefined
    if (action === 'include_vars' && typeof name === 'string') {
      const found = await firstThere(candidates(task, play.directory, 'vars', name), loader)
      if (found) included.set(task, found)
    }
    const brought = await includedNodes(task, loader, seen)
    if (!brought) return
    includes.set(task, brought.nodes)
    await walk(brought.nodes)
  }
  const walk = async (nodes: readonly Node[]): Promise<void> => {
    for (const node of nodes) {
      if (node.kind === 'block') await walk([...node.block, ...node.rescue, ...node.always])
      else await visit(node).catch(unlessFailure)
    }
  }
  await walk([...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers])
  return { ...(await varsFilesOf(play, loader)), includes, included }
}
