import type { Position } from '../failure.ts'
import type { Dict, Template, Value } from '../vars/value.ts'

/**
 * A loaded playbook: typed objects with positions, static imports and roles resolved, tags of parents merged in.
 * They are plain data (Template and Vaulted included, see serialise.ts): the executor runs them, and the
 * provisioner cuts a node's share out of them.
 */
export type Playbook = {
  readonly file: string
  readonly plays: readonly Play[]
}

/** A text that may be a template: evaluated for each host or each play. */
export type Text = string | Template

/** A condition list; all must hold. Each is a bare expression with the position of its first character. */
export type Condition = { readonly expression: Value; readonly at: Position }

/** Keywords that play, role, block and task share; absent means inherited. */
export type Inherited = {
  readonly become?: Value
  readonly becomeUser?: Value
  readonly becomeMethod?: Value
  readonly becomeFlags?: Value
  readonly becomeExe?: Value
  readonly checkMode?: Value
  readonly diff?: Value
  readonly environment?: readonly Value[]
  readonly ignoreErrors?: Value
  readonly ignoreUnreachable?: Value
  readonly noLog?: Value
  readonly anyErrorsFatal?: Value
  readonly runOnce?: Value
  readonly throttle?: Value
  readonly timeout?: Value
  readonly connection?: Text
  readonly remoteUser?: Text
  readonly port?: Value
  readonly moduleDefaults?: readonly Dict[]
  readonly delegateTo?: Text
  readonly delegateFacts?: Value
}

export type Play = {
  readonly at: Position
  readonly name: Text
  readonly hosts: Value
  readonly keywords: Inherited
  readonly tags: readonly string[]
  /** undefined: the configuration's default (true). */
  readonly gatherFacts?: Value
  readonly gatherSubset?: Value
  readonly gatherTimeout?: Value
  readonly factPath?: Value
  readonly vars: Dict
  readonly varsFiles: readonly { readonly names: readonly Text[]; readonly at: Position }[]
  readonly varsPrompt: readonly Dict[]
  readonly serial: readonly Value[]
  readonly order?: Text
  readonly strategy?: Text
  readonly maxFailPercentage?: Value
  readonly forceHandlers?: Value
  /** In the order of execution; handlers are flushed after each of the three. */
  readonly preTasks: readonly Block[]
  /** `roles` and `tasks`. */
  readonly tasks: readonly Block[]
  readonly postTasks: readonly Block[]
  readonly handlers: readonly (Task | Block)[]
  /** Roles of `roles:` and of static imports, dependencies first. */
  readonly roles: readonly Role[]
  /** Names of those that the play itself names: not what they depend on. */
  readonly roleNames: readonly string[]
  /** Directory of the playbook that the play stands in. */
  readonly directory: string
}

export type Role = {
  /** With its collection's name before it, when it is one of a collection. */
  readonly name: string
  /** `namespace.name` of the collection that it is part of. */
  readonly collection?: string
  readonly path: string
  /** Role defaults (precedence 2) and vars (15); files are read when the role is loaded. */
  readonly defaults: Dict
  readonly vars: Dict
  /** Role params of the entry that used it (20). */
  readonly params: Dict
  /** Whether its defaults and vars are seen by the rest of the play (`roles:` and import_role: true). */
  readonly public: boolean
  readonly allowDuplicates: boolean
  /** Names of the roles that it depends on, and of the roles it was used by. */
  readonly dependencies: readonly string[]
}

export type Node = Block | Task

export type Block = {
  readonly kind: 'block'
  readonly at: Position
  readonly name?: Text
  readonly keywords: Inherited
  readonly when: readonly Condition[]
  readonly tags: readonly string[]
  readonly vars: Dict
  readonly block: readonly Node[]
  readonly rescue: readonly Node[]
  readonly always: readonly Node[]
  readonly notify: readonly Text[]
  /** The role that the block is the body of, or stands in. */
  readonly role?: Role
  /** The block is the whole of its role's tasks: a role that does not allow duplicates runs once a host and play. */
  readonly isRoleBody?: boolean
  /** The block holds what include_tasks or include_role brought: its `vars` are include params (precedence 21). */
  readonly isInclude?: boolean
}

export type Loop =
  | { readonly kind: 'loop'; readonly items: Value; readonly at: Position }
  /** `with_X`: lookup X over these terms. */
  | { readonly kind: 'lookup'; readonly lookup: string; readonly terms: Value; readonly at: Position }

export type LoopControl = {
  readonly loopVar: string
  readonly indexVar?: string
  readonly label?: Value
  readonly pause?: Value
  readonly extended?: Value
  readonly extendedAllItems?: Value
  readonly breakWhen?: readonly Condition[]
}

export type Task = {
  readonly kind: 'task'
  readonly at: Position
  readonly name?: Text
  /**
   * The action as written, without collection prefix when it is a builtin's: `copy`, `include_tasks`, `meta`.
   * Whether it is a known module has been checked by the loader.
   */
  readonly action: string
  /** The action as written, where it is written otherwise: the name of a task that has none. */
  readonly written?: string
  /** Where the action's key stands. */
  readonly actionAt: Position
  /** The program of the site that is the module: its path on the controller. */
  readonly program?: string
  /** Parameters; a Template when the whole of them is one (`{{ params }}`). Free-form text stands under `_raw_params`. */
  readonly args: Dict | Template
  readonly keywords: Inherited
  readonly when: readonly Condition[]
  readonly tags: readonly string[]
  readonly vars: Dict
  readonly loop?: Loop
  readonly loopControl: LoopControl
  readonly register?: string
  readonly notify: readonly Text[]
  readonly changedWhen?: readonly Condition[]
  readonly failedWhen?: readonly Condition[]
  readonly until?: readonly Condition[]
  readonly retries?: Value
  readonly delay?: Value
  readonly async?: Value
  readonly poll?: Value
  /** Of handlers. */
  readonly listen: readonly string[]
  readonly role?: Role
  /** Of include_tasks and include_role: tags of the parents, which what is included has too (not the task's own). */
  readonly inheritedTags?: readonly string[]
  /** Directories in which relative includes and files are searched, nearest first; the playbook's is the last. */
  readonly searchPath: readonly string[]
}

/** Actions that the executor itself carries out; no module folder stands behind them. */
export const executorActions = [
  'meta',
  'include',
  'include_tasks',
  'include_role',
  'import_tasks',
  'import_role',
  'import_playbook',
] as const
