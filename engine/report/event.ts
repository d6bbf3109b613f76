import type { Failure, Position } from '../failure.ts'
import type { Diff, Result } from '../modules/module.ts'

/** What a task or one item of its loop came to on one host. */
export type Status = 'ok' | 'changed' | 'skipped' | 'failed' | 'unreachable'

export type TaskInfo = {
  /** Distinguishes tasks of one run. */
  readonly id: number
  readonly name: string
  readonly action: string
  /** `role : ` stands before the name of a task of a role. */
  readonly role?: string | undefined
  readonly kind: 'task' | 'handler'
  readonly at: Position
  readonly check: boolean
  /** Each host comes to it at its own pace (strategies free and host_pinned): it is told when one has something to tell. */
  readonly isApart?: boolean
}

export type HostResult = {
  readonly host: string
  /** The host that carried it out, when it was another one. */
  readonly delegate?: string | undefined
  /** Where the delegate is reached, when its name does not say so. */
  readonly address?: string | undefined
  readonly status: Status
  readonly result: Result
  /** Of each change in a file or state; empty unless the task runs in diff mode. */
  readonly diffs: readonly Diff[]
  /** What was or would be done, one line each. */
  readonly changes: readonly string[]
  readonly noLog: boolean
  readonly ignored: boolean
  /** The Failure behind a failed result, with its position. */
  readonly failure?: Failure | undefined
  readonly ms: number
}

export type Stats = {
  ok: number
  changed: number
  unreachable: number
  failed: number
  skipped: number
  rescued: number
  ignored: number
}

/** Everything that happens in a run, in order. Reporters receive these and nothing else prints. */
export type RunEvent =
  | { readonly type: 'playbook'; readonly file: string; readonly plays: number; readonly check: boolean }
  /** Of each batch of a play. */
  | { readonly type: 'play'; readonly name: string; readonly hosts: readonly string[]; readonly check: boolean }
  | { readonly type: 'no-hosts' }
  | { readonly type: 'task'; readonly task: TaskInfo; readonly hosts: number }
  | { readonly type: 'start'; readonly task: TaskInfo; readonly host: string }
  | { readonly type: 'progress'; readonly host: string; readonly text: string }
  | { readonly type: 'item'; readonly task: TaskInfo; readonly label: string; readonly outcome: HostResult }
  | { readonly type: 'retry'; readonly task: TaskInfo; readonly outcome: HostResult; readonly left: number }
  | { readonly type: 'result'; readonly task: TaskInfo; readonly outcome: HostResult; readonly looped: boolean }
  | {
      readonly type: 'included'
      readonly task: TaskInfo
      readonly file: string
      readonly hosts: readonly string[]
      readonly label?: string | undefined
    }
  /** A look at a task in the background that is waited for. */
  | { readonly type: 'async'; readonly host: string; readonly job: string; readonly isFinished: boolean }
  /** What a `meta` task did. */
  | { readonly type: 'meta'; readonly message: string }
  | { readonly type: 'notified'; readonly handler: string; readonly host: string }
  | { readonly type: 'warning'; readonly message: string; readonly at?: Position | undefined }
  | { readonly type: 'no-hosts-left' }
  | { readonly type: 'recap'; readonly stats: ReadonlyMap<string, Stats> }

export type Reporter = (event: RunEvent) => void

export const emptyStats = (): Stats => ({
  ok: 0,
  changed: 0,
  unreachable: 0,
  failed: 0,
  skipped: 0,
  rescued: 0,
  ignored: 0,
})
