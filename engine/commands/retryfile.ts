import { writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Reporter } from '../report/event.ts'
import type { Start } from './start.ts'

/** Writes PLAYBOOK.retry with the hosts that failed, for `--limit @FILE` (`retry_files_enabled`). */
export const retryFileReporter = ({ settings, warn }: Start, out: (text: string) => void): Reporter => {
  let playbook = ''
  return (event) => {
    if (event.type === 'playbook') playbook = event.file
    if (event.type !== 'recap') return
    const lost = [...event.stats]
      .filter(([, { failed, unreachable }]) => failed + unreachable > 0)
      .map(([host]) => host)
    if (lost.length === 0) return
    const directory = settings.retryFilesSavePath ?? dirname(playbook)
    const file = join(directory, `${basename(playbook).replace(/\.[^.]*$/, '')}.retry`)
    try {
      writeFileSync(file, lost.map((host) => `${host}\n`).join(''))
    } catch (thrown) {
      return warn(`Could not create retry file '${file}': ${(thrown as Error).message}`)
    }
    out(`\tto retry, use: --limit @${file}\n`)
  }
}
