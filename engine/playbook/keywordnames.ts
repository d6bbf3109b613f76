import type { Inherited } from './play.ts'

export type KeywordKind = 'boolean' | 'integer' | 'number' | 'percent' | 'string' | 'any'

export type Keyword = { readonly field: keyof Inherited; readonly kind: KeywordKind }

/** Keywords that play, role, block and task share and the executor inherits. */
export const inherited: Readonly<Record<string, Keyword>> = {
  any_errors_fatal: { field: 'anyErrorsFatal', kind: 'boolean' },
  become: { field: 'become', kind: 'boolean' },
  become_exe: { field: 'becomeExe', kind: 'string' },
  become_flags: { field: 'becomeFlags', kind: 'string' },
  become_method: { field: 'becomeMethod', kind: 'string' },
  become_user: { field: 'becomeUser', kind: 'string' },
  check_mode: { field: 'checkMode', kind: 'boolean' },
  connection: { field: 'connection', kind: 'string' },
  diff: { field: 'diff', kind: 'boolean' },
  ignore_errors: { field: 'ignoreErrors', kind: 'boolean' },
  ignore_unreachable: { field: 'ignoreUnreachable', kind: 'boolean' },
  no_log: { field: 'noLog', kind: 'boolean' },
  port: { field: 'port', kind: 'integer' },
  remote_user: { field: 'remoteUser', kind: 'string' },
  run_once: { field: 'runOnce', kind: 'boolean' },
  throttle: { field: 'throttle', kind: 'integer' },
  timeout: { field: 'timeout', kind: 'integer' },
}

export const delegation: Readonly<Record<string, Keyword>> = {
  delegate_to: { field: 'delegateTo', kind: 'string' },
  delegate_facts: { field: 'delegateFacts', kind: 'boolean' },
}

/** Keywords of every play, role, block and task. */
export const commonKeywords = [
  ...Object.keys(inherited),
  'collections',
  'debugger',
  'environment',
  'module_defaults',
  'name',
  'tags',
  'vars',
]

export const playKeywords = [
  ...commonKeywords,
  'fact_path',
  'force_handlers',
  'gather_facts',
  'gather_subset',
  'gather_timeout',
  'handlers',
  'hosts',
  'max_fail_percentage',
  'order',
  'post_tasks',
  'pre_tasks',
  'roles',
  'serial',
  'strategy',
  'tasks',
  'user',
  'vars_files',
  'vars_prompt',
]

export const blockKeywords = [
  ...commonKeywords,
  ...Object.keys(delegation),
  'always',
  'block',
  'notify',
  'rescue',
  'when',
]

export const roleKeywords = [...commonKeywords, ...Object.keys(delegation), 'role', 'when']

export const importPlaybookKeywords = [...commonKeywords, 'import_playbook', 'when']

export const taskKeywords = [
  ...commonKeywords,
  ...Object.keys(delegation),
  'action',
  'args',
  'async',
  'changed_when',
  'delay',
  'failed_when',
  'local_action',
  'loop',
  'loop_control',
  'notify',
  'poll',
  'register',
  'retries',
  'until',
  'when',
]

export const handlerKeywords = [...taskKeywords, 'listen']

/** What an include may carry: it acts on hosts, its tasks do the work. */
export const includeKeywords = [
  'args',
  'action',
  'collections',
  'debugger',
  'ignore_errors',
  'listen',
  'loop',
  'loop_control',
  'name',
  'no_log',
  'register',
  'run_once',
  'tags',
  'timeout',
  'vars',
  'when',
]

export const loopControlKeywords = [
  'loop_var',
  'index_var',
  'label',
  'pause',
  'extended',
  'extended_allitems',
  'break_when',
]
