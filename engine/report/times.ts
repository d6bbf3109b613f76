import type { Reporter } from './event.ts'

export type TimesOptions = {
  readonly write: (text: string) => void
  readonly verbosity: number
  readonly now?: () => number
}

/** Milliseconds since 1970 that go on evenly when the machine's clock is set to another time. */
const steadyNow = (): number => performance.timeOrigin + performance.now()

const two = (number: number): string => String(number).padStart(2, '0')

/** `0:00:01.234` */
const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000)
  const rest = String(Math.floor(ms % 1000)).padStart(3, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${rest}`
}

const filled = (text: string, sign: string): string => {
  const start = text === '' ? '' : `${text} `
  return `${start}${sign.repeat(Math.max(3, 79 - start.length))} `
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = 'January February March April May June July August September October November December'.split(' ')

/** `Wednesday 25 November 2026  23:29:47 +0000` */
const dateText = (date: Date): string => {
  const offset = -date.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${days[date.getDay()]} ${two(date.getDate())} ${months[date.getMonth()]} ${date.getFullYear()}  ${time} ${zone}`
}

const most = 20

/** When each task began, and the tasks that took longest: Ansible's callback `profile_tasks`. */
export const profileTasksReporter = ({ write, verbosity, now = steadyNow }: TimesOptions): Reporter => {
  const start = now()
  let last = start
  const tasks: { name: string; path: string; start: number; end?: number }[] = []
  const stamp = () => {
    const time = now()
    const text = `${dateText(new Date(time))} (${clock(time - last)})${' '.repeat(7)}${clock(time - start)}`
    last = time
    const running = tasks.at(-1)
    if (running) running.end ??= time
    write(`${filled(text, '*')}\n`)
  }
  const line = (name: string, ms: number) =>
    `${`${name} `.padEnd(70, '-')}${` ${(ms / 1000).toFixed(2)}s`.padStart(9, '-')}\n`
  return (event) => {
    if (event.type === 'task') {
      stamp()
      const { name, role, at } = event.task
      const title = role === undefined ? name : `${role} : ${name}`
      tasks.push({ name: title, path: `${at.file}:${at.line}`, start: now() })
    } else if (event.type === 'recap') {
      stamp()
      write(`${filled('', '=')}\n`)
      const took = ({ start: from, end = last }: (typeof tasks)[number]) => end - from
      for (const task of tasks.toSorted((a, b) => took(b) - took(a)).slice(0, most)) {
        write(line(task.name, took(task)))
        if (verbosity >= 2) write(line(task.path, took(task)))
      }
    }
  }
}

/** How long all took: Ansible's callback `timer`. */
export const timerReporter = ({ write, now = steadyNow }: TimesOptions): Reporter => {
  const start = now()
  return (event) => {
    if (event.type !== 'recap') return
    const seconds = Math.floor((now() - start) / 1000)
    const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60]
    write(`Playbook run took ${parts[0]} days, ${parts[1]} hours, ${parts[2]} minutes, ${seconds % 60} seconds\n`)
  }
}
