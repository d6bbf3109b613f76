import type { Command } from '../command.ts'
import type {
  Become,
  Connection,
  ConnectionOptions,
  Found,
  LargeContent,
  Opened,
  Output,
  RunOptions,
  Stat,
  StatOptions,
  WriteOptions,
} from '../connections/connection.ts'
import type { Position } from '../failure.ts'
import type { Scope } from '../vars/scope.ts'
import type { RenderOptions, TemplateSource } from '../vars/templar.ts'
import type { Dict, Value } from '../vars/value.ts'

/** A change that a module has decided on. Check mode never calls `apply`. */
export type Change<T = unknown> = {
  /** One line in the imperative: `set mode of /etc/motd to 0644`. */
  readonly what: string
  readonly diff?: Diff
  readonly apply: () => Promise<T>
}

/** Before and after, as Ansible's callbacks show them. */
export type Diff = {
  readonly before: string
  readonly after: string
  readonly beforeHeader?: string
  readonly afterHeader?: string
}

/** What a module returns: Ansible's return values. Keys with a meaning to the executor are listed; others are free. */
export type Result = {
  /** Overrides what the yields say; for modules that learn it only afterwards (command). */
  changed?: boolean
  failed?: boolean
  skipped?: boolean
  msg?: unknown
  rc?: number
  stdout?: string
  stderr?: string
  /** Facts for the host, without the `ansible_` prefix rule: names as they become variables. */
  ansible_facts?: Record<string, unknown>
  warnings?: string[]
  [key: string]: unknown
}

/**
 * The generator protocol: a module yields each Change; the executor applies it (or not, in check mode) and gives back
 * what `apply` returned, or undefined in check mode. Use `yield* change(...)`, which types the answer.
 */
export type Steps = AsyncGenerator<Change, Result, unknown>

/** Yields one change and returns what its `apply` returned; undefined when it was not applied. */
export async function* change<T>(step: Change<T>): AsyncGenerator<Change<T>, T | undefined, unknown> {
  return (yield step) as T | undefined
}

/** How the task's host is reached, for programs that go there by themselves (rsync). */
export type Way = {
  /** The host's name in the inventory. */
  readonly host: string
  /** The host that carries the task out, when `delegate_to` names one. */
  readonly delegate?: string | undefined
  readonly kind: string
  readonly options: ConnectionOptions
  readonly become?: Become | undefined
}

/** A file in a directory of the controller: of a directory the name ends with `/`; a link that is not followed has its target. */
export type Listed = { readonly name: string; readonly target?: string }

/** The controller's side of a task: files beside the playbook and role, templates, and what only actions may touch. */
export type Controller = {
  /**
   * Absolute path of a file on the controller, searched as Ansible does: role's `files`/`templates`/`vars`, the role, the play's directory.
   * Throws a Failure that lists where it looked.
   */
  find(kind: 'files' | 'templates' | 'vars' | 'tasks', name: string): Promise<string>
  /** A file's content; that of a vault file decrypted, unless `decrypt` is false. */
  read(path: string, decrypt?: boolean): Promise<Buffer>
  /** A file as it stands that is too large for memory; undefined when `read` will do. */
  large?(path: string, decrypt?: boolean): Promise<LargeContent | undefined>
  /** What a path on the controller is, links followed; undefined when nothing is there. */
  stat(path: string): Promise<Pick<Stat, 'type' | 'mode'> | undefined>
  /** What a directory on the controller holds: recursive, relative and sorted; links are followed unless `follow` is false. */
  list(path: string, follow?: boolean): Promise<readonly Listed[]>
  /** Writes a file on the controller atomically, as it comes: when `content` throws, what was there stays. */
  write(path: string, content: AsyncIterable<Uint8Array>): Promise<void>
  /** Renders a template file by its ending: Mustache for `.mustache`, else Jinja2. */
  render(path: string, options: RenderOptions & TemplateSource): Promise<string>
  /** The value of a bare expression in the task's scope (assert's `that`, debug's `var`). */
  expression(source: string): Promise<Value>
  condition(source: unknown): Promise<boolean>
  readonly scope: Scope
  /** A job that goes on in the background of this program; undefined when it is none of ours. */
  job?(id: string): { readonly directory: string; readonly result?: Result | undefined } | undefined
  /** How the task's own host is reached, whichever host carries the task out. */
  way?(): Promise<Way>
  /** Parses a YAML or JSON variables file, vault included. */
  variables(path: string): Promise<Dict>
  /** Asks the person at the terminal (pause); undefined when there is none. */
  ask(prompt: string, secret: boolean): Promise<string | undefined>
}

/** A host as a module sees it. Modules never ask which connection they have. */
export type Host = {
  readonly name: string
  readonly check: boolean
  readonly diff: boolean
  readonly verbosity: number
  /** What the task's parameters are must not be written anywhere. */
  readonly noLog: boolean
  /** Where the task stands, for Failures. */
  readonly at: Position
  run(command: Command, options?: RunOptions): Promise<Output>
  read(path: string): Promise<Buffer>
  write(path: string, content: Uint8Array | LargeContent, options?: WriteOptions): Promise<Stat>
  stat(path: string, options?: StatOptions): Promise<Found | undefined>
  open(path: string): Promise<Opened>
  makeDirectories(paths: readonly string[], mode?: number): Promise<void>
  /** A fact by its name without `ansible_` (`os_family`, `pkg_mgr`), collected when it is first asked for. */
  fact(name: string): Promise<Value>
  readonly connection: Connection
  readonly controller: Controller
}

/** JSON Schema of a module's parameters, with Ansible's words for what JSON Schema lacks. */
export type ParameterSchema = {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly items?: ParameterSchema
  readonly properties?: Readonly<Record<string, ParameterSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | ParameterSchema
  /** Other names of this parameter. */
  readonly aliases?: readonly string[]
  /**
   * `path` expands `~` and variables; `octal` takes '0644', 0644 and 'u=rw,g=r'; `raw` becomes plain data and is not converted
   * otherwise; `value` stays the Value that it is, as do parameters beyond `properties`.
   */
  readonly format?: string
}

export type ModuleSchema = ParameterSchema & {
  readonly title: string
  readonly description: string
  readonly properties: Readonly<Record<string, ParameterSchema>>
  /** The parameter that a free-form string fills (`command: ls -l`). */
  readonly freeForm?: string
  /** What check mode does: full (the yields), partial, or none (the task is skipped). */
  readonly checkMode?: 'full' | 'partial' | 'none'
  readonly mutuallyExclusive?: readonly (readonly string[])[]
  readonly requiredOneOf?: readonly (readonly string[])[]
}

export type Module<P = unknown> = {
  /** Short name: `copy`. Fully qualified ones resolve to it. */
  readonly name: string
  readonly schema: ModuleSchema
  readonly run: (host: Host, params: P) => Steps
}

/** Declares a module: its name, its parameters' schema and the generator that does the work. */
export const module = <P>(name: string, schema: ModuleSchema, run: (host: Host, params: P) => Steps): Module<P> => ({
  name,
  schema,
  run,
})

/** Declares a module that never changes anything: it has an answer and no steps. */
export const readOnlyModule = <P>(
  name: string,
  schema: ModuleSchema,
  answer: (host: Host, params: P) => Promise<Result>,
): Module<P> =>
  module(name, schema, async function* (host, params) {
    yield* []
    return answer(host, params)
  })
