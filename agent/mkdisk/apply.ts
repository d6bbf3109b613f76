import { messageOf } from '../../engine/failure.ts'
import { add, assemble, create, stop } from './arrays.ts'
import { claim, clear, partition } from './clear.ts'
import type { Machinery } from './machinery.ts'
import { moveDirectory } from './move.ts'
import { whileDisksMove } from './moving.ts'
import type { MkdiskPlan } from './plan.ts'
import type { Volume } from './settings.ts'
import { stepText } from './show.ts'
import type { Step, StepOf } from './steps.ts'
import { closeMapping, encrypt, finish, format, makeDirectory, mountVolume, swapOn, unlock } from './volumes.ts'

const handlers: { readonly [K in Step['kind']]: (machinery: Machinery, step: StepOf<K>) => Promise<void> } = {
  close: (machinery, { mapping }) => closeMapping(machinery, mapping),
  stop,
  clear,
  claim,
  partition,
  create,
  assemble,
  add,
  encrypt,
  unlock,
  format,
  finish,
  mount: mountVolume,
  swap: swapOn,
  move: ({ log, root }, { from, to }) => moveDirectory(log, root, from, to),
  directory: makeDirectory,
}

const applyStep = <K extends Step['kind']>(machinery: Machinery, step: StepOf<K>): Promise<void> =>
  (handlers[step.kind] as (machinery: Machinery, step: StepOf<K>) => Promise<void>)(machinery, step)

/** Closes the mappings that were opened for volumes that are not mounted after all. */
const closeOpened = async (machinery: Machinery, opened: Iterable<string>): Promise<void> => {
  for (const name of opened)
    await closeMapping(machinery, name).catch((thrown) => machinery.log.error(messageOf(thrown)))
}

/**
 * Does what a plan says, step by step; each is announced as `mkdisk 3/12: …`. Stops at the first that fails, unless it is for a
 * volume that the boot can do without: then the others go on.
 */
export const applyPlan = async (plan: MkdiskPlan, volumes: readonly Volume[], machinery: Machinery): Promise<void> => {
  const { log, progress, warn } = machinery
  const failed = new Set<string>()
  const opened = new Set<string>()
  const isOptional = (name: string) => volumes.some((volume) => volume.name === name && !volume.required)
  try {
    for (const [index, step] of plan.steps.entries()) {
      progress()
      const { volumes: names = [] } = step
      if (names.length > 0 && names.every((name) => failed.has(name))) continue
      try {
        await log.step(`mkdisk ${index + 1}/${plan.steps.length}: ${stepText(step)}`, () =>
          whileDisksMove(log, () => applyStep(machinery, step)),
        )
        if (step.kind === 'encrypt' || step.kind === 'unlock') opened.add(step.target.name)
        if (step.kind === 'mount' || step.kind === 'swap') opened.delete(step.target.name)
      } catch (thrown) {
        if (names.length === 0 || !names.every(isOptional)) throw thrown
        for (const name of names) failed.add(name)
        warn(`'${names.join("', '")}' is left out: ${messageOf(thrown)}`)
      }
    }
  } finally {
    await closeOpened(machinery, opened)
  }
}
