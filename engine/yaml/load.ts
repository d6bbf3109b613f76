import type { Node } from 'yaml'
import { Failure, throwAll } from '../failure.ts'
import { type ConvertOptions, convert } from './convert.ts'
import { type Locator, locator } from './locate.ts'
import type { YamlNode } from './node.ts'
import { parse } from './parse.ts'
import { problems } from './problems.ts'

export type YamlOptions = ConvertOptions & {
  /** Failures carry the line: for text that is no file. Never for decrypted text. */
  readonly excerpts?: boolean
}

/** JSON with characters that YAML does not take (tabs between tokens) still is what people mean by it. */
const asJson = (text: string, file: string, options: YamlOptions): YamlNode | undefined => {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    return loadYaml(JSON.stringify(JSON.parse(text)), file, options)
  } catch {
    return undefined
  }
}

/** What else is wrong with a text that is no YAML: mistakes on other lines that do not depend on how it is read there. */
const further = (known: readonly Failure[], contents: Node | null, source: string, locate: Locator): Failure[] => {
  if (known.some(({ code }) => code === 'yaml.quote' || code === 'yaml.bracket')) return []
  const found: Failure[] = []
  convert(contents, source, locate, found, {})
  const isNew = (failure: Failure) => known.every(({ at }) => at?.line !== failure.at?.line)
  return found.filter((failure) => ['yaml.template', 'yaml.tag'].includes(failure.code) && isNew(failure))
}

/**
 * Reads one YAML document, as Python's loader would: YAML 1.1 scalars, dates as text. Strings with template
 * delimiters become Templates with their exact place, `!vault` a Vaulted, `!unsafe` a plain string.
 * @throws Failure `yaml.…` that carries every problem of the text.
 */
export const loadYaml = (text: string, file: string, options: YamlOptions = {}): YamlNode => {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  try {
    const parsed = parse(source)
    const locate = locator(source, file)
    const failures = problems(parsed, source, locate.at, options.excerpts ?? false)
    const json = failures.length > 0 ? asJson(source, file, options) : undefined
    if (json) return json
    const contents = (parsed.documents[0]?.contents ?? null) as Node | null
    if (failures.length > 0) throwAll([...failures, ...further(failures, contents, source, locate)])
    const second = parsed.documents[1]
    if (second) {
      throw new Failure('yaml.documents', 'a second document begins here', {
        at: locate.at(second.range[0]),
        hint: "put each document in a file of its own; remove the line '---'",
      })
    }
    const node = convert(contents, source, locate, failures, options)
    throwAll(failures)
    return node
  } catch (thrown) {
    // the stack is full; nobody writes that by hand
    if (!(thrown instanceof RangeError)) throw thrown
    throw new Failure('yaml.depth', 'this YAML is nested too deep', {
      at: { file, line: 1, column: 1 },
      hint: 'flatten it',
    })
  }
}
