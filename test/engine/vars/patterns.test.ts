import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { matchesOf, regularExpression } from '../../../engine/vars/regularexpression.ts'
import { suite } from '../../suite.ts'

// Regular expressions have the meaning of Python's (3.11.5; earlier ones err with possessive quantifiers); golden/patterns.py made the cases.
const test = suite('regular expressions')

type Match = readonly [at: number, ...texts: (string | null)[]]
type Case = readonly [pattern: string, flags: number, text: string, matches: readonly Match[] | null]

const cases: readonly Case[] = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/patterns.json'), 'utf8'))
const ignoreCase = 2
const multiline = 8

const found = ([pattern, flags, text]: Case): Match[] | null => {
  try {
    const expression = regularExpression(pattern, {
      ignoreCase: (flags & ignoreCase) > 0,
      multiline: (flags & multiline) > 0,
    })
    return [...matchesOf(expression, text)].map((match) => [match.index, ...[...match].map((part) => part ?? null)])
  } catch (thrown) {
    if (thrown instanceof Failure) return null
    throw thrown
  }
}

test('find what they find, and are refused where they are', () => {
  assert.ok(cases.length > 1000)
  for (const one of cases) assert.equal(found(one), one[3], JSON.stringify(one.slice(0, 3)))
})

test('what a condition, an atomic group and a possessive quantifier are for', () => {
  const address = regularExpression('^(<)?\\w+@\\w+(?(1)>|$)$')
  assert.equal(
    ['<a@b>', 'a@b', '<a@b', 'a@b>'].map((text) => address.test(text)),
    [true, true, false, false],
  )
  assert.is(regularExpression('^(?>a*)ab').test('aaab'), false)
  assert.is(regularExpression('^a*+ab').test('aaab'), false)
  assert.equal(regularExpression('(?P<x>a)(?(x)b|c)').exec('cab')?.groups?.['x'], 'a')
})

test('where only ASCII counts, no other letter is small or capital', () => {
  // as re.finditer of Python tells; U+212A is a capital k elsewhere, U+017F a small s
  for (const [pattern, text, matches] of [
    ['(?ai)k', 'kK\u212aé', ['k', 'K']],
    ['(?ai)[^k]', 'kK\u212aé', ['\u212a', 'é']],
    ['(?ai)é', 'éÉ', ['é']],
    ['(?ai)s\\b', 's\u017f', ['s']],
    ['(?ai)(k)\\1', 'kKk\u212a', ['kK']],
    ['(?a)(?i:[j-l])', 'K\u212a', ['K']],
    ['(?ai)\\w', '\u017fS', ['S']],
  ] as const)
    assert.equal(
      [...matchesOf(regularExpression(pattern), text)].map(([match]) => match),
      matches,
      pattern,
    )
})

test('a long text does not end the stack', () => {
  const text = 'ab'.repeat(200_000)
  assert.is(regularExpression('^(?>a|b)*$').test('ab'), true)
  assert.is(regularExpression('a*+[ab]*+$').test(text), true)
  try {
    assert.ok(regularExpression('^(?>a|b)*$').test(text))
  } catch (thrown) {
    assert.match((thrown as Failure).message, /too long/)
  }
})

test('names of characters are refused with what to write', () => {
  assert.throws(() => regularExpression('\\N{EM DASH}'), /write \\N\{…\} as the character itself/)
})

test.run()
