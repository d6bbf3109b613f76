import { Failure } from '../failure.ts'
import type { Condition, Task } from '../playbook/play.ts'
import { runLookup } from '../vars/lookups/run.ts'
import { type Scope, settled } from '../vars/scope.ts'
import { type Dict, Tuple, Undefined, type Value } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import type { Place, PlayRun } from './playrun.ts'

/** One pass of a task's loop. */
export type Item = { readonly value: Value; readonly vars: Dict }

/** The list that a task loops over; undefined without a loop. Throws a Failure when it is no list or undefined. */
const loopValues = async (playRun: PlayRun, task: Task, scope: Scope): Promise<Value[] | undefined> => {
  const { templar, surroundings } = playRun.run.options
  const { loop } = task
  if (!loop) return undefined
  if (loop.kind === 'lookup') {
    return asLists(await settled(() => runLookup(loop.lookup, loop.terms, new Map(), scope, surroundings, templar)))
  }
  const values = await settled(() => templar.resolve(loop.items, scope))
  if (values instanceof Undefined)
    throw new Failure('template.undefined', `${values.what} is undefined`, { at: loop.at })
  if (!Array.isArray(values)) {
    throw new Failure('playbook.loop', `'loop' needs a list, and this is ${describe(values)}`, {
      at: loop.at,
      hint:
        values instanceof Map
          ? 'use `{{ … | dict2items }}` to loop over a mapping'
          : 'write a list, or wrap the value in [ ]',
    })
  }
  return asLists(values)
}

/** Pairs and the like (with_together, zip) are lists to the task. */
const asLists = (items: Value[]): Value[] => items.map((item) => (item instanceof Tuple ? Array.from(item) : item))

const describe = (value: Value): string => {
  if (value === null) return 'empty'
  if (value instanceof Map) return 'a mapping'
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`
}

/** `ansible_loop`, when `extended` asks for it. */
const extendedLoop = (values: readonly Value[], index: number, withAll: boolean): Dict => {
  const loop: Dict = new Map<string, Value>([
    ['index', index + 1],
    ['index0', index],
    ['first', index === 0],
    ['last', index === values.length - 1],
    ['length', values.length],
    ['revindex', values.length - index],
    ['revindex0', values.length - index - 1],
  ])
  if (withAll) loop.set('allitems', [...values])
  if (index + 1 < values.length) loop.set('nextitem', values[index + 1] as Value)
  if (index > 0) loop.set('previtem', values[index - 1] as Value)
  return loop
}

/** The passes of a task on a host; undefined when it has no loop. @throws Failure when the loop has no list */
const itemsOf = async (
  playRun: PlayRun,
  task: Task,
  scope: Scope,
  title: string,
): Promise<readonly Item[] | undefined> => {
  const values = await loopValues(playRun, task, scope)
  if (!values) return undefined
  const { loopVar, indexVar, extended, extendedAllItems } = task.loopControl
  if (scope.get(loopVar) !== undefined) {
    playRun.run.options.surroundings.warn(
      `TASK: ${title}: The loop variable '${loopVar}' is already in use. You should set the \`loop_var\` value in the ` +
        '`loop_control` option for the task to something else to avoid variable collisions and unexpected behavior.',
      task.at,
    )
  }
  const isExtended = boolean(extended)
  const withAll = extendedAllItems === undefined || boolean(extendedAllItems)
  return values.map((value, index): Item => {
    const vars: Dict = new Map<string, Value>([
      [loopVar, value],
      ['ansible_loop_var', loopVar],
    ])
    if (indexVar) vars.set(indexVar, index).set('ansible_index_var', indexVar)
    if (isExtended) vars.set('ansible_loop', extendedLoop(values, index, withAll))
    return { value, vars }
  })
}

/** The first condition that does not hold; undefined when all do. */
export const firstFalse = async (
  playRun: PlayRun,
  conditions: readonly Condition[],
  scope: Scope,
): Promise<Condition | undefined> => {
  for (const condition of conditions) {
    const holds = await settled(() => playRun.run.options.templar.condition(condition.expression, condition.at, scope))
    if (!holds) return condition
  }
  return undefined
}

/** `when` of the task and of every block around it. */
export const conditionsOf = (task: Task, place: Place): Condition[] => [
  ...place.blocks.flatMap((block) => block.when),
  ...task.when,
]

/**
 * The passes of a task, or the condition that keeps it from running: a list that cannot be made matters only when the
 * task would run. @throws Failure when it would
 */
export const passesOf = async (
  playRun: PlayRun,
  task: Task,
  place: Place,
  scope: Scope,
  title: string,
): Promise<{ readonly items: readonly Item[] | undefined } | { readonly unmet: Condition }> => {
  try {
    return { items: await itemsOf(playRun, task, scope, title) }
  } catch (thrown) {
    const unmet = await firstFalse(playRun, conditionsOf(task, place), scope).catch(() => undefined)
    if (unmet) return { unmet }
    throw thrown
  }
}
