import * as assert from 'uvu/assert'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { layer } from '../../../engine/vars/scope.ts'
import { type Dict, fromPlain, toPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import cases from './address.json' with { type: 'json' }

const test = suite('addresses')

const at = { file: 'case', line: 1, column: 1 }
const templar = createTemplar({
  warn: () => {},
  decrypt: () => '',
  searchPath: () => ['/'],
  environment: () => undefined,
})
const evaluate = (source: string, values: Record<string, unknown>) =>
  toPlain(templar.expression(source, at, layer(fromPlain(values) as Dict)))

for (const [filter, input, given, expected] of cases as [string, unknown, unknown[], unknown][]) {
  test(`${JSON.stringify(input)} | ${filter}(${given.join(', ')})`, () => {
    const names = given.map((_, index) => `given${index}`)
    const values = Object.fromEntries(names.map((name, index) => [name, given[index]]))
    assert.equal(evaluate(`input | ansible.utils.${filter}(${names.join(', ')})`, { ...values, input }), expected)
  })
}

const tests: readonly [string, string, boolean][] = [
  ['ipv4', '10.0.0.1', true],
  ['ipv4', 'x', false],
  ['ipv6', 'fe80::1', true],
  ['ipv4_address', '10.0.0.0/8', false],
  ['ip', '10.0.0.0/8', true],
  ["in_network('10.0.0.0/8')", '10.1.2.3', true],
  ['private', '172.16.0.1', true],
  ['public', '172.16.0.1', false],
  ['loopback', '127.0.0.1', true],
  ['multicast', '224.0.0.1', true],
  ['mac', '02:00:00:00:00:01', true],
]
for (const [name, input, expected] of tests) {
  test(`${input} is ${name}`, () => assert.is(evaluate(`input is ansible.utils.${name}`, { input }), expected))
}

test('an unknown query lists the known ones', () => {
  assert.throws(() => evaluate("'10.0.0.1' | ipaddr('adress')", {}), /no query 'adress'/)
})

test.run()
