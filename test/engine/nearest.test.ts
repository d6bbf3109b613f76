import * as assert from 'uvu/assert'
import { distance, nearest, suggest } from '../../engine/nearest.ts'
import { suite } from '../suite.ts'

const test = suite('nearest')

test('distance counts insertions, deletions, replacements and swaps', () => {
  const cases: [string, string, number][] = [
    ['', '', 0],
    ['a', '', 1],
    ['copy', 'copy', 0],
    ['copi', 'copy', 1],
    ['cpoy', 'copy', 1],
    ['templte', 'template', 1],
    ['kitten', 'sitting', 3],
  ]
  for (const [from, to, expected] of cases) {
    assert.is(distance(from, to), expected, `${from} ${to}`)
    assert.is(distance(to, from), expected, `${to} ${from}`)
  }
})

test('nearest finds what is meant, and nothing when nothing is near', () => {
  const names = ['copy', 'command', 'template', 'lineinfile']
  assert.is(nearest('cpoy', names), 'copy')
  assert.is(nearest('Template', names), 'template')
  assert.is(nearest('line_in_file', names), 'lineinfile')
  assert.is(nearest('service', names), undefined)
})

test('suggest lists all names when none is near', () => {
  assert.is(suggest('cpoy', ['file', 'copy']), "did you mean 'copy'?")
  assert.is(suggest('service', ['file', 'copy']), 'known: copy, file')
})

test.run()
