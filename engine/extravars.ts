import { readFile } from 'node:fs/promises'
import { Failure } from './failure.ts'
import { shellWords } from './inventory/shellwords.ts'
import { type Dict, holdsTemplate, isDict, Template, type Value } from './vars/value.ts'
import { loadYaml } from './yaml/load.ts'

/** A text with its template marked; the place is the command line. */
const marked = (text: string): Value =>
  holdsTemplate(text) ? new Template(text, { file: '-e', line: 1, column: 1 }) : text

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
      const words = shellWords(text)
      if (typeof words === 'number') throw new Failure('cli.extra-vars', `-e ${text}: a quote is not closed`)
      read = new Map(
        words.map((word): [string, Value] => {
          const [, key, value] = /^([^=]+)=(.*)$/s.exec(word.text) ?? []
          if (key === undefined) throw notNamed(text, word.text)
          return [key, marked(value ?? '')]
        }),
      )
    }
    for (const [key, value] of read) vars.set(key, value)
  }
  return vars
}
