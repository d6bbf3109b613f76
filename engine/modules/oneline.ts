import { Failure } from '../failure.ts'
import type { Host } from './module.ts'

/**
 * Refuses texts that would become further lines of a file or of a program's input. Throws a Failure that names the
 * parameter.
 */
export const checkOneLine = (host: Host, texts: Readonly<Record<string, string | undefined>>): void => {
  for (const [name, text] of Object.entries(texts)) {
    if (text === undefined || !/[\n\r\0]/.test(text)) continue
    throw new Failure('module.parameter', `'${name}' must stand on one line: ${JSON.stringify(text)}`, { at: host.at })
  }
}
