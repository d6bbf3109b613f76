import { readFileSync, statSync } from 'node:fs'

/** Names and numbers of a file such as /etc/passwd. */
export type Accounts = { readonly names: ReadonlyMap<number, string>; readonly numbers: ReadonlyMap<string, number> }

/** The names and numbers in the text of such a file. */
export const readAccounts = (text: string): Accounts => {
  const names = new Map<number, string>()
  const numbers = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':')
    const id = Number.parseInt(number ?? '', 10)
    if (!name || Number.isNaN(id)) continue
    // of several names of one number the first is shown
    if (!names.has(id)) names.set(id, name)
    if (!numbers.has(name)) numbers.set(name, id)
  }
  return { names, numbers }
}

const none: Accounts = { names: new Map(), numbers: new Map() }

/**
 * Reads a file of accounts of this machine, anew whenever it has changed; none where it cannot be read. It waits for /etc,
 * without which nothing goes on: a look takes some microseconds, a trip to the thread pool a hundred.
 */
export const accountsOf = (path: string): (() => Accounts) => {
  let known: { readonly version: string; readonly accounts: Accounts } | undefined
  return () => {
    try {
      const { mtimeNs, ino, size } = statSync(path, { bigint: true })
      const version = `${mtimeNs} ${ino} ${size}`
      if (known?.version !== version) known = { version, accounts: readAccounts(readFileSync(path, 'utf8')) }
      return known.accounts
    } catch {
      return none
    }
  }
}
