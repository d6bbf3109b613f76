import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Settings } from '../configuration/options.ts'
import { Failure } from '../failure.ts'
import type { BecomeFlags, ConnectionFlags } from './options.ts'
import type { Surroundings } from './surroundings.ts'

export type Passwords = { readonly connection?: string; readonly become?: string }

const fromFile = async (file: string, { directory }: Surroundings): Promise<string> => {
  const text = await readFile(resolve(directory, file), 'utf8').catch((cause) => {
    throw new Failure('cli.file', `cannot read the password file ${file}`, { cause })
  })
  return text.trim()
}

/** The passwords of connecting and of becoming another user: from files, or from the person at the terminal. */
export const readPasswords = async (
  flags: ConnectionFlags & BecomeFlags,
  settings: Settings,
  surroundings: Surroundings,
): Promise<Passwords> => {
  const connectionFile = flags.connectionPasswordFile ?? settings.connectionPasswordFile
  const becomeFile = flags.becomePasswordFile ?? settings.becomePasswordFile
  const isAsked = flags.askPass ?? settings.askPass ?? false
  const connection = connectionFile
    ? await fromFile(connectionFile, surroundings)
    : isAsked
      ? await surroundings.answer('SSH password: ', true)
      : undefined
  const prompt = `BECOME password${connection === undefined ? '' : '[defaults to SSH password]'}: `
  const become = becomeFile
    ? await fromFile(becomeFile, surroundings)
    : (flags.askBecomePass ?? settings.becomeAskPass)
      ? (await surroundings.answer(prompt, true)) || connection
      : undefined
  return { ...(connection ? { connection } : {}), ...(become ? { become } : {}) }
}
