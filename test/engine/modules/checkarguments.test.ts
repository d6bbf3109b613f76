import * as assert from 'uvu/assert'
import { checkArguments } from '../../../engine/modules/checkarguments.ts'
import { Template, type Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

const test = suite('arguments before a run')
const at = { file: 'site.yml', line: 2, column: 5 }
const template = new Template('{{ x }}', at)

const cases: { what: string; action?: string; args: Record<string, Value>; says: string[] }[] = [
  { what: 'nothing wrong', args: { path: '/x', state: 'touch' }, says: [] },
  { what: 'an unknown name', args: { path: '/x', sate: 'touch' }, says: ["file has no parameter 'sate'"] },
  { what: 'a missing one', args: { state: 'touch' }, says: ["file needs 'path'"] },
  { what: 'an alias', args: { dest: '/x' }, says: [] },
  { what: 'a template', args: { path: template, state: template }, says: [] },
  { what: 'arguments that are one template', args: { _variable_params: template, state: 'touch' }, says: [] },
  {
    what: 'a wrong name beside them',
    args: { _variable_params: template, sate: 'touch' },
    says: ["file has no parameter 'sate'"],
  },
  { what: 'a name that is a template', args: { '{{ name }}': '/x' }, says: [] },
  { what: 'bare text', action: 'command', args: { _raw_params: 'true' }, says: [] },
]

for (const { what, action = 'file', args, says } of cases) {
  test(what, () => {
    const failures = checkArguments(action, new Map(Object.entries(args)), new Map(), at)
    assert.equal(
      failures.map(({ message }) => message),
      says,
    )
    for (const failure of failures) assert.equal(failure.at, at)
  })
}

test('a value of the wrong kind, at its place', () => {
  const place = { ...at, line: 4 }
  const [failure, ...others] = checkArguments(
    'file',
    new Map([
      ['path', '/x'],
      ['state', 'bogus'],
    ]),
    new Map([['state', place]]),
    at,
  )
  assert.equal(others, [])
  assert.match(failure?.message ?? '', /^file: 'state' /)
  assert.is(failure?.at, place)
})

test.run()
