import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Reporter } from '../report/event.ts'
import { dump } from '../report/result.ts'

export type TreeOptions = {
  readonly directory: string
  readonly verbosity: number
  readonly warn: (message: string) => void
}

/** Writes the result of each host as JSON into a file of the host's name (`--tree`); what was skipped has none. */
export const treeReporter = ({ directory, verbosity, warn }: TreeOptions): Reporter => {
  const save = (host: string, text: string): void => {
    // names are the inventory's: none may lead out of the directory
    if (basename(host) !== host || host === '.' || host === '..') {
      warn(`the result of ${host} is not written to ${directory}: its name cannot be a file's`)
      return
    }
    try {
      mkdirSync(directory, { recursive: true })
      writeFileSync(join(directory, host), text)
    } catch (thrown) {
      warn(`the result of ${host} is not written to ${directory}: ${(thrown as Error).message}`)
    }
  }
  return (event) => {
    if (event.type !== 'result' || event.outcome.status === 'skipped') return
    save(event.outcome.host, dump(event.outcome, { ...event.task, action: '' }, { verbosity }))
  }
}
