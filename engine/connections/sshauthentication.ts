import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnyAuthMethod } from 'ssh2'
import { Failure, messageOf } from '../failure.ts'

export type Identity = {
  readonly user: string
  readonly home: string
  /** Key files that the user named; the usual ones of `~/.ssh` when there are none. */
  readonly keyFiles: readonly string[]
  readonly password?: string | undefined
  /** The ssh agent's socket. */
  readonly agent?: string | undefined
}

export type Authentication = {
  readonly methods: AnyAuthMethod[]
  /** What is offered, for messages. */
  readonly offered: readonly string[]
}

const usualKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/** The ways to prove who we are, in the order they are tried: named keys, the agent's, usual keys, password. */
export const authentication = async (identity: Identity): Promise<Authentication> => {
  const { user: username, password, agent } = identity
  const methods: AnyAuthMethod[] = []
  const offered: string[] = []
  const offer = (method: AnyAuthMethod, what: string) => {
    methods.push(method)
    offered.push(what)
  }
  for (const file of identity.keyFiles) {
    const key = await readFile(file).catch((cause: unknown) => {
      throw new Failure('connection.authentication', `cannot read the private key ${file}: ${messageOf(cause)}`, {
        cause,
      })
    })
    offer({ type: 'publickey', username, key }, file)
  }
  if (agent) offer({ type: 'agent', username, agent }, 'the ssh agent')
  if (identity.keyFiles.length === 0) {
    for (const file of usualKeys.map((name) => join(identity.home, '.ssh', name))) {
      const key = await readFile(file).catch(() => undefined)
      if (key) offer({ type: 'publickey', username, key }, file)
    }
  }
  if (password !== undefined) {
    offer({ type: 'password', username, password }, 'a password')
    methods.push({
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
    })
  }
  return { methods, offered }
}
