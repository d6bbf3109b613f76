import { constants, openSync, readFileSync, readlinkSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'

/**
 * Where the boot's lines are shown. A serial line that nobody reads, or that flow control has stopped, must not stop a
 * boot: nothing here waits, and what cannot be shown in time is left out and counted.
 */
export type Console = {
  /** Whether a line can be written over: a screen, and no serial line that somebody records. */
  readonly isScreen: boolean
  write(text: string): void
  /** Waits until everything is shown, at most so many milliseconds. */
  drain(most: number): Promise<void>
}

/** How much waits for a slow console before lines are left out. */
const most = 64 * 1024

/** Milliseconds between two attempts at a console that takes no more. */
const again = 100

const { O_APPEND, O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants

/** Opens a descriptor a second time, so that its non-blocking mode is ours alone. */
const openAgain = (descriptor: number): number => {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_APPEND)
  } catch {
    // a socket (systemd's journal) cannot be opened; Node makes it non-blocking when it first looks at it
    void process.stderr
    return descriptor
  }
}

/** Whether a terminal is a screen; /dev/console is what the kernel says it is, the last of its consoles. */
export const isScreen = (terminal: string, consoles: string): boolean => {
  const device = terminal === '/dev/console' ? `/dev/${consoles.trim().split(/\s+/).at(-1)}` : terminal
  return /^\/dev\/(?:tty\d*|pts\/\d+)$/.test(device)
}

const looksLikeScreen = (descriptor: number): boolean => {
  if (!isatty(descriptor)) return false
  try {
    return isScreen(readlinkSync(`/proc/self/fd/${descriptor}`), readFileSync('/sys/class/tty/console/active', 'utf8'))
  } catch {
    return false
  }
}

export const openConsole = (descriptor = 2): Console => {
  const file = openAgain(descriptor)
  let waiting = Buffer.alloc(0)
  let leftOut = 0
  let timer: NodeJS.Timeout | undefined
  /** Writes what the console takes now. */
  const send = () => {
    timer = undefined
    try {
      while (waiting.length > 0) waiting = waiting.subarray(writeSync(file, waiting))
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') {
        waiting = Buffer.alloc(0) // there is no console
        return
      }
      timer = setTimeout(send, again)
      timer.unref()
    }
    if (waiting.length > 0 || leftOut === 0) return
    waiting = Buffer.from(`${leftOut} lines are left out here; boot.log has them\n`)
    leftOut = 0
    send()
  }
  return {
    isScreen: looksLikeScreen(descriptor),
    write(text) {
      if (waiting.length > most) {
        leftOut++
        return
      }
      waiting = Buffer.concat([waiting, Buffer.from(text)])
      if (timer === undefined) send()
    },
    async drain(milliseconds) {
      const end = performance.now() + milliseconds
      while (waiting.length > 0 && performance.now() < end) await sleep(Math.min(20, again))
    },
  }
}
