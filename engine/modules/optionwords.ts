import { Failure, messageOf } from '../failure.ts'
import { splitWords } from '../words.ts'
import type { Host } from './module.ts'

/** The words of a parameter that holds options of a program, as a shell would part them. Throws a Failure for an open quote. */
export const optionWords = (host: Host, parameter: string, text: string | undefined): string[] => {
  try {
    return splitWords(text ?? '')
  } catch (cause) {
    throw new Failure('module.parameter', `'${parameter}' is no list of options: ${messageOf(cause)}`, {
      at: host.at,
      cause,
    })
  }
}
