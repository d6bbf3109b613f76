import { resolveBelow } from '../system/below.ts'
import { isMounted } from '../system/mounts.ts'
import type { Step } from './steps.ts'
import { holdsFileSystem, isMappingOpen, isSwapping } from './volumes.ts'

const isMountedBelow = async (root: string, path: string): Promise<boolean> => {
  const place = await resolveBelow(root, path)
  return place !== undefined && isMounted(place)
}

/** Whether there is nothing left to do for a step, as where mkdisk ran before. Nothing is written; what cannot be seen is not done. */
export const isDone = async (step: Step, root: string): Promise<boolean> => {
  switch (step.kind) {
    case 'mount':
      return isMountedBelow(root, step.at)
    case 'move':
      return isMountedBelow(root, step.from)
    case 'directory':
      return (await resolveBelow(root, step.path)) !== undefined
    case 'swap':
      return isSwapping(step.target).catch(() => false)
    case 'unlock':
      return isMappingOpen(step.target.name)
    case 'format':
      return step.isFresh ? false : holdsFileSystem(step).catch(() => false)
    default:
      return false
  }
}
