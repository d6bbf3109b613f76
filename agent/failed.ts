import { Failure, messageOf } from '../engine/failure.ts'
import { ToolFailure } from '../engine/process.ts'
import type { BootContext, Details } from './context.ts'
import { removeSecrets } from './stages/secrets.ts'
import { type Journal, runDirectory } from './system/journal.ts'
import { restart, restartDelay, waitForRestart } from './system/restart.ts'
import { setRootPassword } from './system/shell.ts'

/** Exit code that tells the hook to offer a shell; everything else but 0 means restart. */
export const shellWanted = 3

/** A failure in one sentence, for an event: what a command wrote is in its details. */
export const sentenceOf = (thrown: unknown): string => {
  const [first = '', ...more] = messageOf(thrown).split('\n')
  if (!(thrown instanceof ToolFailure)) return [first, ...more].join(' ')
  return `${first.replace(/:$/, '')}${thrown.output.length > 0 ? `: ${thrown.output.at(-1)}` : ''}`
}

/** What else is known of a failure: exit code, last lines and what to do about it. */
export const detailsOf = (thrown: unknown): Details => ({
  ...(thrown instanceof ToolFailure ? { exitCode: thrown.exitCode, output: thrown.output } : {}),
  ...(thrown instanceof Failure && thrown.hint ? { hint: thrown.hint } : {}),
})

/** The words at the end of a boot that failed: what, what to do about it, what comes next. */
export const lastWords = (thrown: unknown, where: string, next: string): readonly string[] => [
  `     where: ${where}`,
  `      what: ${sentenceOf(thrown)}`,
  ...(thrown instanceof Failure && thrown.hint ? [`      hint: ${thrown.hint}`] : []),
  `      next: ${next}`,
]

const head = (words: string): string => `== ${words} ${'='.repeat(Math.max(0, 60 - words.length))}`

/** Sets the password of the shell; false when that failed: no shell opens without one. */
const allowShell = async (password: string, log: Journal): Promise<boolean> => {
  try {
    await setRootPassword(password)
    return true
  } catch (thrown) {
    log.error(`no emergency shell: ${messageOf(thrown)}`)
    return false
  }
}

/**
 * What becomes of a boot that failed: the secrets are taken away, the failure is reported, and the node restarts after a
 * pause that grows with each failure in a row. Returns the exit code for the hook when a shell is wanted instead.
 */
export const failBoot = async (
  context: BootContext | undefined,
  log: Journal,
  thrown: unknown,
  where: string,
): Promise<number> => {
  const { attempt = 1, shell: isWanted = false, shell_password: password } = context?.manifest.retry ?? {}
  const shell = isWanted && password !== undefined
  const seconds = restartDelay(attempt)
  const next = shell ? 'a shell on the console' : `the node restarts in ${seconds} s`
  log.line(head(`the boot failed: attempt ${attempt}`))
  if (isWanted && !shell)
    log.warning(
      'no emergency shell: it has no password (prelude_boot.shell_password, a hash as openssl passwd -6 makes it)',
    )
  for (const line of lastWords(thrown, where, `${next}; ${runDirectory}/boot.log has every step`)) log.line(line)
  if (context) {
    await removeSecrets(context).catch((error) => log.error(messageOf(error)))
    const details = { ...detailsOf(thrown), attempt, next }
    context.events.add('boot', 'failed', { ms: performance.now(), message: sentenceOf(thrown), details })
    await context.events.flush()
    if (shell && (await allowShell(password, log))) {
      await context.watchdog.release()
      await log.drain()
      return shellWanted
    }
  }
  await waitForRestart(seconds, log, () => context?.watchdog.progress())
  await restart(log)
  await log.drain()
  return 1
}
