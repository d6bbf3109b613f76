import { readFile } from 'node:fs/promises'
import { Failure, type Position } from './failure.ts'
import { parseArguments } from './playbook/arguments.ts'
import { type Dict, isDict, toPlain } from './vars/value.ts'
import { loadYaml } from './yaml/load.ts'

const commandLine: Position = { file: '-e', line: 1, column: 1 }

const ofMapping = (text: string, file: string): Dict => {
  const { value } = loadYaml(text, file)
  if (isDict(value)) return value
  throw new Failure('cli.extra-vars', `${file === '-e' ? `-e ${text}` : file} holds no variables`, {
    hint: 'give k=v, a YAML or JSON mapping, or @FILE',
  })
}

const notNamed = (text: string, word: string): Failure =>
  new Failure('cli.extra-vars', `-e ${text}: '${word}' gives no variable a value`, {
    hint: `write ${/^\w+$/.test(word) ? word : 'name'}=value, and quote a value with spaces`,
  })

/** The variables of all `-e` options, the last one winning: `k=v …`, `{json}`, or `@file`. */
export const readExtraVars = async (
  given: readonly string[],
  decrypt: (text: string, file: string) => string,
): Promise<Dict> => {
  const vars: Dict = new Map()
  for (const text of given) {
    let read: Dict
    if (text.startsWith('@')) {
      const file = text.slice(1)
      const content = await readFile(file, 'utf8').catch((cause) => {
        throw new Failure('cli.file', `cannot read ${file}`, {
          cause,
          hint: '-e @FILE names a YAML or JSON file',
        })
      })
      read = ofMapping(decrypt(content, file), file)
    } else if (/^\s*[[{]/.test(text)) read = ofMapping(text, '-e')
    else {
      read = parseArguments(text, 'set_fact', commandLine).values
      const rest = read.get('_raw_params')
      if (rest !== undefined) throw notNamed(text, String(toPlain(rest)).split(/\s/)[0] as string)
    }
    for (const [key, value] of read) vars.set(key, value)
  }
  return vars
}
