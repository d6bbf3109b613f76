import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../engine/failure.ts'

/** The fields of /proc/PID/stat after the command's name: state, parent, …; none when there is no such process. */
const statOf = (pid: number): string[] => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

/** True while a process runs; one that ended and that nobody waited for does not. */
export const isRunning = (pid: number): boolean => {
  const [state] = statOf(pid)
  return state !== undefined && state !== 'Z' && state !== 'X'
}

/** This process and all those that it descends from. */
export const ownLine = (): number[] => {
  const line: number[] = []
  for (let pid = process.pid; pid > 0; pid = Number(statOf(pid)[1] ?? 0)) line.push(pid)
  return line
}

/**
 * The process that a pid file names, when it runs and its command line mentions the pid file's directory: a number
 * alone may belong to a stranger by now.
 */
export const processOf = (pidfile: string, directory: string): number | undefined => {
  try {
    const pid = Number.parseInt(readFileSync(pidfile, 'utf8'), 10)
    if (!(pid > 0) || !isRunning(pid)) return undefined
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${directory}/`) ? pid : undefined
  } catch {
    return undefined
  }
}

const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name)
  } catch {
    // it has ended already
  }
}

/** Waits until none of these processes runs; returns those that still do after `ms`. */
export const waitForEnd = async (pids: readonly number[], ms: number): Promise<number[]> => {
  const end = Date.now() + ms
  let left = pids.filter(isRunning)
  while (left.length > 0 && Date.now() < end) {
    await sleep(20)
    left = left.filter(isRunning)
  }
  return left
}

/** Ends processes: asks, and after `grace` milliseconds kills. Throws a Failure when one is left. */
export const endProcesses = async (pids: readonly number[], grace = 3_000): Promise<void> => {
  for (const pid of pids) signal(pid, 'SIGTERM')
  const deaf = await waitForEnd(pids, grace)
  for (const pid of deaf) signal(pid, 'SIGKILL')
  const left = await waitForEnd(deaf, 10_000)
  if (left.length > 0)
    throw new Failure('lab.process', `processes of the lab cannot be killed: ${left.join(', ')}`, {
      hint: 'they wait inside the kernel; look at /proc/PID/stack, then tear the lab down again',
    })
}
