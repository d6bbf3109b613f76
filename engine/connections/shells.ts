import { createShell, type Shell } from './shell.ts'
import type { Transport } from './transport.ts'

/**
 * The shells of one user on one host: a command that comes while all are busy is given one more, up to what the
 * transport can carry; beyond that, commands wait for each other. One at a time needs one shell.
 */
export const createShells = (transport: Transport): Shell => {
  const idle: Shell[] = []
  const all: Shell[] = []
  const waiting: ((shell: Shell) => void)[] = []

  const take = (): Shell | Promise<Shell> => {
    const free = idle.pop()
    if (free) return free
    if (all.length < transport.shells) {
      const made = createShell(transport)
      all.push(made)
      return made
    }
    return new Promise((resolve) => waiting.push(resolve))
  }

  const giveBack = (shell: Shell): void => {
    const next = waiting.shift()
    if (next) next(shell)
    else idle.push(shell)
  }

  return {
    async run(command, options) {
      const shell = await take()
      try {
        return await shell.run(command, options)
      } finally {
        giveBack(shell)
      }
    },
    close: async () => {
      await Promise.all(all.map((shell) => shell.close()))
    },
  }
}
