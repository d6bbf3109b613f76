import { silenceSeconds } from '../boot/limits.ts'
import type { NodeStatus } from './status.ts'

/** How a node is, for people: the worst first. */
export const conditions = ['failed', 'silent', 'degraded', 'booting', 'stopped', 'never seen', 'ready'] as const

export type Condition = (typeof conditions)[number]

export type StatusWords = {
  readonly condition: Condition
  /** What there is to say beside the stage: alarms, the last error, what is degraded, how far a transfer has come. */
  readonly message: string
  /** How long ago something was heard. */
  readonly seen: string
}

/** `12 s`, `4 min`, `3 h`, `2 d` */
export const ageText = (seconds: number): string => {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

const conditionOf = ({ stage, state, degraded }: NodeStatus, age: number | undefined): Condition => {
  if (stage === undefined) return 'never seen'
  if (state === 'failed') return 'failed'
  if (state === 'stopped') return 'stopped'
  if (age !== undefined && age > silenceSeconds) return 'silent'
  if (degraded.length > 0) return state === 'ready' ? 'degraded' : 'booting'
  return state === 'ready' ? 'ready' : 'booting'
}

/** A node's status in words, at a moment. */
export const statusWords = (status: NodeStatus, now: Date): StatusWords => {
  const { seen, message, degraded, alarms } = status
  const age = seen === undefined ? undefined : (now.getTime() - Date.parse(seen)) / 1000
  const condition = conditionOf(status, age)
  const parts = [
    ...(alarms.length > 0 ? [`ALARM: ${alarms.at(-1)}`] : []),
    ...(condition === 'silent' ? [`nothing heard for ${ageText(age ?? 0)}`] : []),
    ...(message === undefined ? [] : [message]),
    ...degraded,
  ]
  return { condition, message: parts.join('; '), seen: age === undefined ? '' : `${ageText(age)} ago` }
}

/** Whether somebody should look at a node. */
export const isTrouble = ({ alarms }: NodeStatus, { condition }: StatusWords): boolean =>
  alarms.length > 0 || ['failed', 'silent', 'degraded'].includes(condition)

/** `398 ready, 1 booting, 1 failed` */
export const countText = (all: readonly Condition[]): string =>
  [...conditions]
    .reverse()
    .map((condition) => [all.filter((each) => each === condition).length, condition] as const)
    .filter(([count]) => count > 0)
    .map(([count, condition]) => `${count} ${condition}`)
    .join(', ')
