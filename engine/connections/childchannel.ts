import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Channel, Ending } from './transport.ts'

/** A child process of ours as a channel; it must lead its process group (`detached`), which `kill` ends as a whole. */
export const channelOf = (child: ChildProcessWithoutNullStreams): Channel => {
  const { promise: ended, resolve } = Promise.withResolvers<Ending>()
  child.on('error', (cause) => resolve({ code: undefined, reason: cause.message }))
  child.on('exit', (code, signal) =>
    resolve({ code: code ?? undefined, reason: signal ? `was killed by ${signal}` : `ended with exit code ${code}` }),
  )
  child.stdin.on('error', () => {}) // the process may end without reading its input; `ended` tells
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    kill() {
      try {
        if (child.pid) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // it has ended already
      }
    },
  }
}
