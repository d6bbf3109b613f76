import { sh } from '../command.ts'
import type { Stat } from '../connections/connection.ts'
import { contentDiff } from './contentdiff.ts'
import { type Change, change, type Host } from './module.ts'
import { backUp } from './replacefile.ts'
import { runOrFail } from './runorfail.ts'

/** Yields the removal of a file that is there; returns `backup_file` when a copy was kept. */
export async function* removeFile(
  host: Host,
  path: string,
  old: Stat | undefined,
  backup: boolean,
): AsyncGenerator<Change, { backup_file?: string }, unknown> {
  if (!old) return {}
  const copy = yield* change({
    what: `remove ${path}`,
    diff: contentDiff(path, undefined, undefined),
    apply: async () => {
      const kept = backup ? await backUp(host, path) : undefined
      await runOrFail(host, sh`rm -f -- ${path}`)
      return kept
    },
  })
  return copy === undefined ? {} : { backup_file: copy }
}
