import { messageOf } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { run } from '../system/run.ts'

const isUnitFile = (path: string): boolean => /^\/(?:etc|usr\/lib|lib)\/systemd\/system\//.test(path)

/**
 * Tells units that their files changed: those that can reload do, the others restart, and one that does not run is left
 * alone. systemd reads its own files again first when one of them changed. Returns what did not work.
 */
export const tellUnits = async (
  units: readonly string[],
  paths: readonly string[],
  log: Log,
): Promise<readonly string[]> => {
  const commands = [
    ...(paths.some(isUnitFile) ? [['daemon-reload']] : []),
    ...units.map((unit) => ['try-reload-or-restart', unit]),
  ]
  const failed: string[] = []
  for (const args of commands)
    await run(log, 'systemctl', args, { timeout: 90_000 }).catch((thrown: unknown) => failed.push(messageOf(thrown)))
  return failed
}
