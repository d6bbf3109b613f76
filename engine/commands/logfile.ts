import { appendFileSync } from 'node:fs'
import { Failure } from '../failure.ts'
import type { Surroundings } from './surroundings.ts'

const stamp = (): string => {
  const now = new Date()
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString()
  return `${local.slice(0, 10)} ${local.slice(11, 19)},${local.slice(20, 23)}`
}

/** Surroundings that write what is printed to a log as well (`log_path`): a line with time, process and user each. */
export const withLog = (surroundings: Surroundings, file: string | undefined): Surroundings => {
  if (file === undefined) return surroundings
  const user = surroundings.environment['USER'] ?? surroundings.environment['LOGNAME'] ?? '-'
  const log = (text: string) => {
    const lines = text.replace(/\x1b\[[0-9;]*[A-Za-z]|\r/g, '').split('\n')
    if (lines.at(-1) === '') lines.pop()
    try {
      appendFileSync(file, lines.map((line) => `${stamp()} p=${process.pid} u=${user} n=play | ${line}\n`).join(''), {
        mode: 0o600,
      })
    } catch (cause) {
      throw new Failure('cli.log', `cannot write the log ${file}`, { cause, hint: 'check log_path of ansible.cfg' })
    }
  }
  return {
    ...surroundings,
    out: (text) => {
      surroundings.out(text)
      log(text.toString())
    },
    error: (text) => {
      surroundings.error(text)
      log(text)
    },
  }
}
