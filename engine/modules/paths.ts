import { type Command, sh } from '../command.ts'
import type { Stat } from '../connections/connection.ts'
import type { Host } from './module.ts'
import { runOrFail, tidy } from './runorfail.ts'

/** Sets the shell variable `path` to where `from`, one word, leads to; a name may end with newlines, which `$( )` would drop. */
export const followInto = (from: Command): Command => sh`path=$(readlink -m -- ${from} && echo .) && path=\${path%??}`

/** The file that a path leads to when every link on the way is followed. */
export const realPath = async (host: Host, path: string): Promise<string> =>
  (await runOrFail(host, sh`readlink -m -- ${path}`, tidy)).replace(/\n$/, '')

/** What a changed path is now; in check mode, where nothing was changed, what it was. */
export const statAfter = async <S extends Stat | undefined>(host: Host, path: string, before: S): Promise<S | Stat> =>
  host.check ? before : ((await host.stat(path, { follow: true })) ?? before)
