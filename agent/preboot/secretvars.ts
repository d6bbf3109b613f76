import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { readYaml } from '../../engine/vars/readyaml.ts'
import { type Dict, isDict } from '../../engine/vars/value.ts'
import { textsOf } from './mask.ts'

/** The file whose values are variables of the plays. */
const variablesFile = 'secrets.yml'

/** Larger files are data and no secrets; they are not looked for in logs. */
const limit = 1024 ** 2

export type Secrets = {
  /** The variables of secrets.yml, as plain values: no text in there is ever evaluated. */
  readonly variables: Dict
  /** What no log may show: the values of secrets.yml, the contents of the other files. */
  readonly hidden: readonly (string | Buffer)[]
}

const variablesIn = (text: string): Dict => {
  try {
    const value = text.trim() === '' ? new Map() : readYaml(text)
    if (isDict(value)) return value
  } catch {
    // the parser's message may quote the secret
  }
  throw new Failure('secrets.variables', `/secrets/${variablesFile} holds no YAML mapping`)
}

/** Reads the secrets that the root shows at /secrets; none where there is no such directory. */
export const readSecrets = async (newRoot: string): Promise<Secrets> => {
  const directory = join(newRoot, 'secrets')
  const names = await readdir(directory).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return []
    throw thrown
  })
  let variables: Dict = new Map()
  const hidden: (string | Buffer)[] = []
  for (const name of names.sort()) {
    const file = join(directory, name)
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) continue
    if (name === variablesFile) {
      variables = variablesIn(await readFile(file, 'utf8'))
      hidden.push(...textsOf(variables))
    } else if (found.size <= limit) hidden.push(await readFile(file))
  }
  return { variables, hidden }
}
