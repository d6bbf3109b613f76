import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import { readYaml } from '../../engine/vars/readyaml.ts'
import { type Dict, isDict } from '../../engine/vars/value.ts'

/** The variables of /secrets/secrets.yml, as plain values: no text in there is ever evaluated. None where there is no file. */
export const readSecretVars = async (newRoot: string): Promise<Dict> => {
  const text = await readFile(join(newRoot, 'secrets/secrets.yml'), 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return ''
    throw thrown
  })
  try {
    const value = text.trim() === '' ? new Map() : readYaml(text)
    if (isDict(value)) return value
  } catch {
    // the parser's message may quote the secret
  }
  throw new Failure('secrets.variables', '/secrets/secrets.yml holds no YAML mapping')
}
