import type { Position } from '../failure.ts'
import type { Block, Condition, Node, Play, Task } from '../playbook/play.ts'
import type { TextKind } from '../vars/jinja/library.ts'
import { isDict, Template, type Value } from '../vars/value.ts'

/** A text of a playbook that is evaluated when it runs. */
export type CheckedText = {
  readonly source: string
  readonly at: Position
  readonly kind: TextKind
  /** It is evaluated only where something asks for it, or may fail without harm. */
  readonly isLazy: boolean
  /** Its own place is not known: `at` is that of the task. */
  readonly isSomewhere?: true
}

/** The templates in a value; `!unsafe` and plain text have none. */
export function* templatesIn(value: unknown, isLazy: boolean): Iterable<CheckedText> {
  if (value instanceof Template) yield { source: value.source, at: value.at, kind: 'template', isLazy }
  else if (Array.isArray(value)) for (const part of value) yield* templatesIn(part, isLazy)
  else if (isDict(value)) for (const part of value.values()) yield* templatesIn(part, isLazy)
}

function* conditionTexts(conditions: readonly Condition[] = []): Iterable<CheckedText> {
  for (const { expression, at } of conditions) {
    if (typeof expression === 'string') yield { source: expression, at, kind: 'expression', isLazy: false }
    else yield* templatesIn(expression, false)
  }
}

/** `assert` takes conditions as arguments; their places are not kept. */
const assertions = ({ action, args, actionAt }: Task): CheckedText[] => {
  const that = action === 'assert' && isDict(args) ? args.get('that') : undefined
  const parts: readonly Value[] = Array.isArray(that) ? that : that === undefined ? [] : [that]
  return parts.flatMap((source) =>
    typeof source === 'string'
      ? [{ source, at: actionAt, kind: 'expression', isLazy: false, isSomewhere: true } as const]
      : [],
  )
}

/** What a task says itself: not what stands in the blocks around it. */
export function* taskTexts(task: Task): Iterable<CheckedText> {
  const { name, args, keywords, vars, loop, loopControl, notify } = task
  // with_first_found passes over names that are undefined
  const isTolerant = loop?.kind === 'lookup' && loop.lookup.endsWith('first_found')
  yield* templatesIn(args, false)
  yield* assertions(task)
  for (const conditions of [task.when, task.changedWhen, task.failedWhen, task.until, loopControl.breakWhen]) {
    yield* conditionTexts(conditions)
  }
  yield* templatesIn(loop?.kind === 'loop' ? loop.items : loop?.terms, isTolerant)
  yield* templatesIn([loopControl.label, task.retries, task.delay, notify], false)
  yield* templatesIn(Object.values(keywords), false)
  yield* templatesIn([name, vars], true)
}

export function* blockTexts({ name, keywords, when, vars }: Block): Iterable<CheckedText> {
  yield* conditionTexts(when)
  yield* templatesIn(Object.values(keywords), false)
  yield* templatesIn([name, vars], true)
}

/** Variables of a play and its roles: what is evaluated depends on who asks for it. */
export function* playTexts({ name, vars, varsFiles, roles, keywords }: Play): Iterable<CheckedText> {
  yield* templatesIn([name, vars, ...varsFiles.map(({ names }) => names), ...Object.values(keywords)], true)
  for (const role of roles) yield* templatesIn([role.defaults, role.vars, role.params], true)
}

/** A play's sections and handlers. */
export const nodesOfPlay = ({ preTasks, tasks, postTasks, handlers }: Play): readonly Node[] => [
  ...preTasks,
  ...tasks,
  ...postTasks,
  ...handlers,
]
