import { execFileSync } from 'node:child_process'
import * as assert from 'uvu/assert'
import { splitWords } from '../../engine/words.ts'
import { fc, tries } from '../fc.ts'
import { suite } from '../suite.ts'

const test = suite('words')

/** What Python's shlex.split says of many texts; null where it raises. */
const python = (texts: readonly string[]): (string[] | null)[] => {
  const program = `
import json, shlex, sys
def split(text):
    try:
        return shlex.split(text)
    except ValueError:
        return None
print(json.dumps([split(text) for text in json.load(sys.stdin)]))`
  return JSON.parse(execFileSync('python3', ['-c', program], { input: JSON.stringify(texts) }).toString())
}

const ours = (text: string): string[] | null => {
  try {
    return splitWords(text)
  } catch {
    return null
  }
}

test('splits as Python does', () => {
  const characters = fc.constantFrom(...'ab \'"\\\n\t$#;=é')
  const texts = fc.sample(fc.string({ unit: characters, maxLength: 12 }), { numRuns: tries(600) })
  const expected = python(texts)
  texts.forEach((text, index) => {
    assert.equal(ours(text), expected[index], JSON.stringify(text))
  })
})

test('says what is wrong', () => {
  assert.throws(() => splitWords('a "b'), /the quotation opened by " is not closed/)
  assert.throws(() => splitWords('a\\'), /no character follows the last backslash/)
})

test.run()
