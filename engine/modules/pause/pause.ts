import { setTimeout as sleep } from 'node:timers/promises'
import type { PauseParameters } from '../../../schema/types.ts'
import { type Host, type ModuleSchema, readOnlyModule } from '../module.ts'
import { stopwatch } from '../stopwatch.ts'
import schema from './pause.schema.json' with { type: 'json' }

/** A local date and time as Python prints it, without fractions. */
const clock = (date: Date): string => {
  const two = (number: number) => String(number).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Waits for the person; a run without a terminal goes on, with a warning. */
const ask = async (host: Host, prompt: string | undefined, echo: boolean) => {
  const answer = await host.controller.ask(prompt ?? 'Press enter to continue, Ctrl+C to interrupt', !echo)
  if (answer !== undefined) return { user_input: answer }
  return { user_input: '', warnings: ['nobody is at a terminal to answer the pause: went on without waiting'] }
}

export const pause = readOnlyModule<PauseParameters>('pause', schema as ModuleSchema, async (host, params) => {
  const { seconds, minutes, prompt, echo } = params
  const start = new Date()
  const count = stopwatch()
  const asked = seconds ?? (minutes === undefined ? undefined : minutes * 60)
  let answer: { user_input: string; warnings?: string[] } = { user_input: '' }
  if (asked === undefined) answer = await ask(host, prompt, echo)
  else await sleep(asked * 1000)
  const stop = new Date()
  const delta = count()
  const waited = minutes === undefined ? `${delta} seconds` : `${Math.round((delta / 60) * 100) / 100} minutes`
  return {
    start: clock(start),
    stop: clock(stop),
    delta,
    echo,
    rc: 0,
    stdout: `Paused for ${waited}`,
    stderr: '',
    ...answer,
  }
})
