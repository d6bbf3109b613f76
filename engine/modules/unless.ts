import { sh } from '../command.ts'
import type { Host, Result } from './module.ts'
import { tidy } from './runorfail.ts'

type Conditions = {
  readonly creates?: string
  readonly removes?: string
  readonly chdir?: string
}

const isThere = async (host: Host, pattern: string, directory: string | undefined): Promise<boolean> => {
  // The pattern stays unquoted for the shell to expand; without IFS it is one word.
  const output = await host.run(sh`pattern=${pattern}; IFS=; set -- $pattern; [ -e "$1" ] || [ -L "$1" ]`, {
    ...tidy,
    ...(directory === undefined ? {} : { directory }),
  })
  return output.code === 0
}

/** The result of a task that `creates` or `removes` makes needless; undefined when it has to run. */
export const needless = async (host: Host, { creates, removes, chdir }: Conditions): Promise<Result | undefined> => {
  const skipped = (path: string, state: string): Result => ({
    changed: false,
    rc: 0,
    stdout: `skipped, since ${path} ${state}`,
    stderr: '',
    stdout_lines: [`skipped, since ${path} ${state}`],
    stderr_lines: [],
    msg: `${host.check ? 'Would' : 'Did'} not run command since '${path}' ${state}`,
  })
  if (creates !== undefined && (await isThere(host, creates, chdir))) return skipped(creates, 'exists')
  if (removes !== undefined && !(await isThere(host, removes, chdir))) return skipped(removes, 'does not exist')
  return undefined
}

/** The result in check mode of a task that would run: only `creates` and `removes` tell that it would change something. */
export const notRun = ({ creates, removes }: Conditions): Result => {
  const isDecided = creates !== undefined || removes !== undefined
  const msg = 'Command would have run if not in check mode'
  const nothing = { rc: 0, stdout: '', stderr: '', stdout_lines: [], stderr_lines: [] }
  return isDecided ? { changed: true, ...nothing, msg } : { changed: false, skipped: true, ...nothing, msg }
}
