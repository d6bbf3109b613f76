import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, messageOf } from '../failure.ts'
import { compactJson, fromJson, type JsonStyle, toJson } from '../vars/json.ts'
import { type Dict, isDict } from '../vars/value.ts'

/** Keeps what is known of hosts from one run to the next. Facts have the names of variables here: `ansible_os_family`, `packages`. */
export type FactCache = {
  /** What is kept of a host; undefined when nothing is, or it is too old. @throws Failure for what cannot be read */
  read(host: string): Dict | undefined
  write(host: string, facts: Dict): Promise<void>
  forget(host: string): Promise<void>
}

export type JsonFileOptions = {
  readonly directory: string
  /** Before the names of files. */
  readonly prefix: string
  /** Seconds that facts are good for; 0: for ever. */
  readonly seconds: number
}

const style: JsonStyle = { ...compactJson, indent: 4, sortKeys: true }

const wrong = (what: string, cause: unknown, hint: string): Failure =>
  new Failure('cli.fact-cache', `${what}: ${messageOf(cause)}`, { cause, hint })

/** One JSON file a host, as ansible-core's `jsonfile` writes and reads it. @throws Failure when the directory cannot be made */
export const jsonFileCache = ({ directory, prefix, seconds }: JsonFileOptions): FactCache => {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    throw wrong(`cannot make the directory of facts ${directory}`, cause, 'check fact_caching_connection')
  }
  const fileOf = (host: string) => join(directory, `${prefix}${host.replaceAll('/', '_')}`)
  return {
    read(host) {
      const file = fileOf(host)
      const found = statSync(file, { throwIfNoEntry: false })
      if (!found || (seconds > 0 && Date.now() - found.mtimeMs > seconds * 1000)) return undefined
      try {
        const facts = fromJson(readFileSync(file, 'utf8'))
        if (!isDict(facts)) throw new Error('it holds no facts')
        return facts
      } catch (cause) {
        throw wrong(`cannot read the facts of ${host} from ${file}`, cause, 'remove the file, or use --flush-cache')
      }
    },
    async write(host, facts) {
      const file = fileOf(host)
      // another run may read or write it at the same time
      const temporary = join(directory, `.${randomBytes(6).toString('hex')}`)
      try {
        await mkdir(directory, { recursive: true })
        await writeFile(temporary, toJson(facts, style), { mode: 0o600 })
        await rename(temporary, file)
      } catch (cause) {
        await rm(temporary, { force: true })
        throw wrong(`cannot write the facts of ${host} to ${file}`, cause, 'check fact_caching_connection')
      }
    },
    forget: (host) => rm(fileOf(host), { force: true }),
  }
}
