import { sh } from '../command.ts'
import type { Stat } from '../connections/connection.ts'
import { followInto } from '../connections/followinto.ts'
import type { Host } from './module.ts'
import { runOrFail, tidy } from './runorfail.ts'

/** The file that a path leads to when every link on the way is followed. */
export const realPath = (host: Host, path: string): Promise<string> =>
  runOrFail(host, sh`${followInto(sh`${path}`)}; printf %s "$path"`, tidy)

/** What a changed path is now; in check mode, where nothing was changed, what it was. */
export const statAfter = async <S extends Stat | undefined>(host: Host, path: string, before: S): Promise<S | Stat> =>
  host.check ? before : ((await host.stat(path, { follow: true })) ?? before)
