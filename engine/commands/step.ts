import type { Reporter, TaskInfo } from '../report/event.ts'
import type { Surroundings } from './surroundings.ts'

/** `--step`: asks before each task whether to perform it; `c` performs the rest of the play. */
export const stepper = ({
  out,
  answer,
}: Surroundings): { readonly reporter: Reporter; readonly admit: (task: TaskInfo) => Promise<boolean> } => {
  let isAsking = true
  return {
    reporter: (event) => {
      if (event.type === 'play') isAsking = true
    },
    admit: async ({ name, role }) => {
      if (!isAsking) return true
      const prompt = `Perform task: TASK: ${role === undefined ? name : `${role} : ${name}`} (N)o/(y)es/(c)ontinue: `
      const said = (await answer(prompt, false))?.trim().toLowerCase()
      out(`\n${prompt}${'*'.repeat(Math.max(3, 80 - prompt.length))}\n`)
      if (said === 'c' || said === 'continue') isAsking = false
      return said !== undefined && ['y', 'yes', 'c', 'continue'].includes(said)
    },
  }
}
