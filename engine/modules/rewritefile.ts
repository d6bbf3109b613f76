import type { WriteOptions } from '../connections/connection.ts'
import { contentDiff } from './contentdiff.ts'
import { type Change, change, type Host } from './module.ts'
import { backUp } from './replacefile.ts'

export type Rewriting = {
  readonly path: string
  /** The text that is there now; undefined when there is no file. */
  readonly before: string | undefined
  /** The text that has to be there. */
  readonly after: string
  /** One line for the report; by the path when absent. */
  readonly what?: string
  readonly backup?: boolean
  /** A part of the text that must not be shown. */
  readonly hide?: string | undefined
  readonly options?: WriteOptions
}

/** Yields the change of a system's own text file when its text differs; returns `backup_file` when a copy was kept. */
export async function* rewriteFile(
  host: Host,
  { path, before, after, what, backup, hide, options }: Rewriting,
): AsyncGenerator<Change, { backup_file?: string }, unknown> {
  if (before === after) return {}
  const shown = (text: string) => Buffer.from(hide ? text.replaceAll(hide, '***') : text)
  const copy = yield* change({
    what: what ?? `${before === undefined ? 'write' : 'edit'} ${path}`,
    diff: contentDiff(path, before === undefined ? undefined : shown(before), shown(after)),
    apply: async () => {
      const kept = backup && before !== undefined ? await backUp(host, path) : undefined
      await host.write(path, Buffer.from(after), options)
      return kept
    },
  })
  return copy === undefined ? {} : { backup_file: copy }
}
