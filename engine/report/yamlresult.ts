import { fromPlain, isDict, type Value } from '../vars/value.ts'
import { toYaml } from '../vars/yamltext.ts'

/** A text of several lines as a block shows it: tabs as spaces, nothing behind the last word of a line. */
const cleaned = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      let out = ''
      for (const char of line) out += char === '\t' ? ' '.repeat(8 - (out.length % 8)) : char
      return out.trimEnd()
    })
    .join('\n')
    .trimEnd()

/** A value with a name in place of each text of several lines in it, which `texts` then knows. */
const withoutBlocks = (value: Value, texts: string[]): Value => {
  if (typeof value === 'string' && value.includes('\n')) return `__text_${texts.push(cleaned(value)) - 1}__`
  if (Array.isArray(value)) return Array.from(value, (item) => withoutBlocks(item, texts))
  return isDict(value) ? new Map([...value].map(([key, item]) => [key, withoutBlocks(item, texts)])) : value
}

const step = 4

/** A result as YAML below the line that it belongs to, four columns in. */
export const yamlResult = (result: Record<string, unknown>): string => {
  const shown = { ...result }
  for (const name of ['stdout', 'stderr']) {
    if (name in shown && `${name}_lines` in shown) shown[`${name}_lines`] = '<omitted>'
  }
  const texts: string[] = []
  const yaml = toYaml(withoutBlocks(fromPlain(shown), texts), {
    indent: step,
    sortKeys: true,
    width: 80,
    flow: 'never',
    hasStart: false,
    allowsUnicode: true,
  }).replace(/^( *)(.*)__text_(\d+)__$/gm, (_, indent: string, before: string, number: string) => {
    const margin = `\n${indent}${' '.repeat(step)}`
    const lines = (texts[Number(number)] as string).split('\n')
    const sign = lines[0] === '' || lines[0]?.startsWith(' ') ? `|${step}-` : '|-'
    return `${indent}${before}${sign}${lines.map((line) => (line === '' ? '\n' : margin + line)).join('')}`
  })
  return `\n${yaml.trimEnd().replace(/^(?=.)/gm, '    ')}`
}
