import { poweredOn } from '../events/attempts.ts'
import type { Node } from '../node/node.ts'
import type { State } from '../state.ts'

const defaultMinutes = 15

/** Opens a node's provisioning window for its policy's minutes. Power commands of ours do the same. */
export const openWindow = async (state: State, node: Node, minutes?: number): Promise<Date> => {
  const until = new Date(Date.now() + (minutes ?? node.boot.minutes ?? defaultMinutes) * 60_000)
  await state.tokens.openWindow(node.name, until)
  return until
}

/** Writes down that we switched a node on. */
export const powerNote = async (state: State, node: string): Promise<void> => {
  await state.events.note({ kind: 'server', node, message: poweredOn })
}
