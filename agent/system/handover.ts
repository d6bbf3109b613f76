import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Failure } from '../../engine/failure.ts'
import type { BootEvent, BootImage, BootServer, Session } from '../../schema/types.ts'
import { runDirectory } from './journal.ts'
import { parseJson } from './json.ts'

/** What one agent leaves to the next: the boot to the running node's, and to the one that reports if the boot's was killed. */
export type Handover = {
  readonly session: Session
  readonly servers: readonly BootServer[]
  readonly ca: string
  readonly image: Pick<BootImage, 'name' | 'version' | 'digest'>
  /** Number of the boot's next event, and the events that nobody took yet. */
  readonly sequence: number
  readonly pending: readonly BootEvent[]
  /** Whether the node was said to be ready. */
  readonly isReady?: boolean
}

/** Below /run, which moves from the initramfs to the real root; mode 0600. */
export const handoverPath = `${runDirectory}/session.json`

/** Writes it in one step: an agent that is killed leaves the former or the new one, whole. */
export const writeHandover = (handover: Handover, path = handoverPath): void => {
  writeFileSync(`${path}.new`, JSON.stringify(handover), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export const readHandover = (path = handoverPath): Handover => {
  try {
    return parseJson<Handover>(readFileSync(path, 'utf8'), `the session in ${path}`)
  } catch (cause) {
    throw new Failure('agent.session', `there is no session in ${path}`, {
      cause,
      hint: 'the agent in the initramfs leaves it there; a node that booted in another way has none',
    })
  }
}
