import { readFile, rename, writeFile } from 'node:fs/promises'
import { Failure } from '../../engine/failure.ts'
import type { BootEvent, BootServer, Session } from '../../schema/types.ts'
import { runDirectory } from './journal.ts'

/** What the boot leaves to the agent of the running node. */
export type Handover = {
  readonly session: Session
  readonly servers: readonly BootServer[]
  readonly ca: string
  /** Number of the boot's next event, and the events that nobody took yet. */
  readonly sequence: number
  readonly pending: readonly BootEvent[]
}

/** Below /run, which moves from the initramfs to the real root; mode 0600. */
export const handoverPath = `${runDirectory}/session.json`

export const writeHandover = async (handover: Handover, path = handoverPath): Promise<void> => {
  await writeFile(`${path}.new`, JSON.stringify(handover), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

export const readHandover = async (path = handoverPath): Promise<Handover> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Handover
  } catch (cause) {
    throw new Failure('agent.session', `there is no session in ${path}`, {
      cause,
      hint: 'the agent in the initramfs leaves it there; a node that booted in another way has none',
    })
  }
}
