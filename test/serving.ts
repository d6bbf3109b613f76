import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server that a test has started. */
export type Serving = {
  /** What it said so far. */
  said(): string
  /** Waits until it has said it. */
  hears(pattern: RegExp, ms: number): Promise<void>
  /** Ends it, by force when it does not within ten seconds. */
  end(): Promise<void>
}

export type ServingOptions = { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv }

export const startServing = ([file = '', ...args]: readonly string[], options: ServingOptions = {}): Serving => {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  return {
    said: () => output,
    async hears(pattern, ms) {
      for (const end = Date.now() + ms; !pattern.test(output); await sleep(50))
        if (Date.now() > end)
          throw new Error(`after ${ms} ms ${[file, ...args].join(' ')} has not said ${pattern}:\n${output}`)
    },
    async end() {
      const gone = new Promise((resolve) => child.once('close', resolve))
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await Promise.race([gone, sleep(10_000).then(() => child.kill('SIGKILL'))])
    },
  }
}
