import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { Failure } from '../engine/failure.ts'
import { renderFailure } from '../engine/report/failure.ts'

/**
 * Compares a text with a golden file. GOLDEN=write writes the file anew; read the difference before committing it.
 */
export const matchesGolden = (file: string, said: string): void => {
  if (process.env['GOLDEN'] === 'write') writeFileSync(file, said)
  assert.is(said, readFileSync(file, 'utf8'))
}

/** What a person is told when `step` fails, paths relative to `directory`. A step that succeeds fails the test. */
export const toldBy = async (step: () => unknown, directory: string): Promise<string> => {
  try {
    await step()
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return `${renderFailure(thrown, { directory }).replaceAll(`${directory}/`, '')}\n`
  }
  throw new Error('nothing was said to be wrong')
}
