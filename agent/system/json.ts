import { Failure } from '../../engine/failure.ts'

/**
 * What a JSON text holds. JSON.parse quotes the text in its message, and these texts hold tokens and keys: the failure says
 * no more than what it was.
 */
export const parseJson = <T>(text: string, what: string): T => {
  try {
    return JSON.parse(text) as T
  } catch {
    throw new Failure('agent.json', `${what} is not JSON`)
  }
}
