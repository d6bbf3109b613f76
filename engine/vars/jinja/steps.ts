import { fail } from '../python/failing.ts'
import { Namespace } from '../python/fields.ts'
import { items } from '../python/sequence.ts'
import type { Value } from '../value.ts'
import type { Statement, Target } from './ast.ts'
import { concatenate, type Flow, Frame, located, type Step, settle } from './runtime.ts'

/** Compiles the statements inside a tag. */
export type CompileBody = (body: readonly Statement[]) => Step[]

/** Adds the position of a statement to the failures inside it. */
export const guarded =
  (offset: number, step: Step): Step =>
  (frame, out) => {
    try {
      return step(frame, out)
    } catch (thrown) {
      throw located(thrown, frame, offset)
    }
  }

/** Runs steps one after the other until one of them leaves the loop. */
export const run = (steps: readonly Step[], frame: Frame, out: Value[]): Flow => {
  for (const step of steps) {
    const flow = step(frame, out)
    if (flow !== 'on') return flow
  }
  return 'on'
}

/** The output of steps in a frame of their own. */
export const blockOutput = (steps: readonly Step[], frame: Frame): Value => {
  const out: Value[] = []
  run(steps, new Frame(frame.run, frame, new Map()), out)
  return concatenate(out) ?? ''
}

/** What a target assigns: puts a value into the frame. */
export const compileTarget = (target: Target): ((frame: Frame, value: Value) => void) => {
  if (target.kind === 'name') return (frame, value) => frame.set(target.name, value)
  if (target.kind === 'member') {
    return (frame, value) => {
      let holder: Value | undefined
      for (let inner: Frame | undefined = frame; inner && holder === undefined; inner = inner.parent)
        holder = inner.locals?.get(target.name)
      if (!(holder instanceof Namespace))
        fail(
          `'${target.name}' is no namespace, so '${target.name}.${target.attribute}' cannot be set`,
          `make it with {% set ${target.name} = namespace() %}`,
        )
      ;(holder as Namespace).set(target.attribute, value)
    }
  }
  const parts = target.items.map(compileTarget)
  return (frame, value) => {
    const values = items(value)
    if (values.length !== parts.length) fail(`cannot unpack ${values.length} values into ${parts.length} names`)
    for (const [index, assign] of parts.entries()) assign(frame, settle(values[index]!, frame.run, '[]'))
  }
}
