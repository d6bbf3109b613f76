import type { Reporter } from './event.ts'

export type LiveOptions = {
  /** Writes to the terminal. */
  readonly write: (text: string) => void
  readonly columns: () => number
  readonly now?: () => number
}

const clear = '\r\x1b[2K'

/**
 * A line at the foot of a terminal that says what goes on: hosts done of hosts, who is still at work, for how long.
 * It stands only while a task takes longer than a moment, and is wiped before anything else is written.
 */
export const liveLine = ({
  write,
  columns,
  now = Date.now,
}: LiveOptions): { reporter: Reporter; wipe: () => void; stop: () => void } => {
  const working = new Set<string>()
  let task = ''
  let total = 0
  let done = 0
  let since = now()
  let note = ''
  let isShown = false
  const wipe = () => {
    if (isShown) write(clear)
    isShown = false
  }
  const draw = () => {
    const seconds = Math.floor((now() - since) / 1000)
    if (working.size === 0 || now() - since < 400) return
    const names = [...working].slice(0, 4).join(' ') + (working.size > 4 ? ` and ${working.size - 4} more` : '')
    const text = `  ${done}/${total} ${task}: ${names} ${seconds} s${note ? `  ${note}` : ''}`
    write(clear + text.slice(0, columns() - 1))
    isShown = true
  }
  const timer = setInterval(draw, 250)
  timer.unref()
  return {
    wipe,
    stop: () => {
      clearInterval(timer)
      wipe()
    },
    reporter: (event) => {
      switch (event.type) {
        case 'task':
          working.clear()
          task = event.task.name
          total = event.hosts
          done = 0
          since = now()
          note = ''
          break
        case 'start':
          working.add(event.host)
          break
        case 'progress':
          note = event.text
          break
        case 'result':
          if (working.delete(event.outcome.host)) done++
          break
      }
    },
  }
}
