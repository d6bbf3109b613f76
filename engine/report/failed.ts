import { Failure } from '../failure.ts'
import type { Result } from '../modules/module.ts'
import type { TaskInfo } from './event.ts'

/** A result that a module gave as failed, with the place of its task. */
export const failureOf = (result: Result, { at }: TaskInfo): Failure => {
  const said = typeof result.msg === 'string' && result.msg !== '' ? result.msg : 'this task failed'
  const message = typeof result.rc === 'number' ? `${said}: ${result.rc}` : said
  return new Failure('module.failed', message, { at })
}

const most = 10

/** The last lines that a failed command wrote, for those who cannot read them in one line of JSON. */
export const lastLines = ({ stderr, stdout }: Result): string[] => {
  for (const [name, text] of Object.entries({ stderr, stdout })) {
    const lines = typeof text === 'string' ? text.trimEnd().split(/\r?\n/) : []
    if (lines.join('') === '') continue
    const shown = lines.slice(-most).map((line) => `  ${name} | ${line}`)
    return lines.length > most ? [`  ${name} | … ${lines.length - most} lines before`, ...shown] : shown
  }
  return []
}
