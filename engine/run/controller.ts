import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { Failure } from '../failure.ts'
import type { Controller } from '../modules/module.ts'
import type { Task } from '../playbook/play.ts'
import { renderMustache } from '../vars/mustache.ts'
import { layer, type Scope, Suspension, settled } from '../vars/scope.ts'
import type { RenderOptions, TemplateSource } from '../vars/templar.ts'
import { templateNames } from '../vars/templatenames.ts'
import { toPlain, type Value } from '../vars/value.ts'
import { listLocal } from './listlocal.ts'
import type { PlayRun } from './playrun.ts'
import { writeLocal } from './writelocal.ts'

/** The places where a relative file of a task is looked for, in order. */
export const candidates = (task: Task, playDirectory: string, kind: string, name: string): string[] => {
  if (isAbsolute(name)) return [name]
  const places: string[] = []
  for (const directory of [...task.searchPath, ...(task.role ? [task.role.path] : [])]) {
    places.push(join(directory, kind, name), join(directory, name))
  }
  places.push(join(dirname(task.at.file), name), join(playDirectory, kind, name), join(playDirectory, name))
  return [...new Set(places)]
}

/** Renders a template file by its ending, with the names that Ansible gives to templates. */
const renderFile = async (
  playRun: PlayRun,
  task: Task,
  path: string,
  source: string,
  scope: Scope,
  { source: name, destination, ...options }: RenderOptions & TemplateSource,
): Promise<string> => {
  const { templar, loader, surroundings } = playRun.run.options
  const inner = layer(templateNames(path, { source: name, destination, managed: surroundings.managed }), scope)
  if (path.endsWith('.mustache')) {
    return renderMustache(
      source,
      path,
      mustacheData(inner, (value) => templar.resolve(value, inner)),
    )
  }
  // The templar asks for included files synchronously: one that is not at hand is fetched, and the rendering begins anew.
  const included = new Map<string, { source: string; file: string } | undefined>()
  const fetch = async (name: string): Promise<void> => {
    const places = [join(dirname(path), name), ...candidates(task, playRun.play.directory, 'templates', name)]
    const file = await firstExisting(playRun, places)
    included.set(name, file === undefined ? undefined : { source: (await loader.read(file)).toString(), file })
  }
  const load = (name: string) => {
    if (!included.has(name)) throw new Suspension(fetch(name))
    const found = included.get(name)
    if (found) return found
    throw new Failure('template.missing', `the template '${name}' was not found`, {
      hint: 'it is looked for beside this template and in the templates directories of role and play',
    })
  }
  return settled(() => templar.render(source, path, inner, { ...options, load }))
}

const mustacheData = (scope: Scope, value: (value: Value) => Value): Record<string, unknown> =>
  new Proxy<Record<string, unknown>>(
    {},
    {
      has: (_, name) => typeof name === 'string' && scope.get(name) !== undefined,
      get: (_, name) => {
        const found = typeof name === 'string' ? scope.get(name) : undefined
        return found === undefined ? undefined : toPlain(value(found))
      },
    },
  )

/** The first of several paths at which there is a file on the controller. */
export const firstExisting = async (playRun: PlayRun, places: readonly string[]): Promise<string | undefined> => {
  for (const place of places) if (await playRun.run.options.loader.exists(place)) return place
  return undefined
}

/** The controller's side of one task on one host. */
export const controllerFor = (playRun: PlayRun, task: Task, scope: Scope): Controller => {
  const { options } = playRun.run
  const { templar, loader } = options
  return {
    scope,
    job: (id) => playRun.run.jobs.get(id),
    async find(kind, name) {
      const places = candidates(task, playRun.play.directory, kind, name)
      const found = await firstExisting(playRun, places)
      if (found) return found
      throw new Failure('module.file', `'${name}' was not found on the controller`, {
        at: task.at,
        hint: `looked for ${places.join(', ')}`,
      })
    },
    read: (path, decrypt) => loader.read(path, decrypt),
    large: playRun.run.large,
    async stat(path) {
      const found = await stat(path).catch(() => undefined)
      if (!found) return undefined
      const type = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'fifo'
      return { type, mode: found.mode & 0o7777 }
    },
    list: listLocal,
    write: writeLocal,
    render: async (path, given) =>
      renderFile(playRun, task, path, (await loader.read(path)).toString(), scope, {
        keepTrailingNewline: true,
        ...given,
      }),
    expression: (source) => settled(() => templar.resolve(templar.expression(source, task.at, scope), scope)),
    condition: (source) => settled(() => templar.condition(source as Value, task.at, scope)),
    variables: (path) => loader.variables(path),
    ask: (prompt, secret) => options.ask?.(prompt, secret) ?? Promise.resolve(undefined),
  }
}
