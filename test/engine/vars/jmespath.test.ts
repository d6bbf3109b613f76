import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { evaluate } from '../../../engine/vars/jmespath/evaluate.ts'
import { parseQuery } from '../../../engine/vars/jmespath/parser.ts'
import { fromPlain, toPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

const test = suite('json_query')

const data = {
  name: 'n1',
  'a b': 1,
  nothing: null,
  empty: [],
  numbers: [3, 1, 2],
  nested: [[1, 2], [3], 4, [[5]]],
  people: [
    { name: 'ada', age: 36, tags: ['x', 'y'], at: { city: 'London' } },
    { name: 'bob', age: 25, tags: ['z'], at: { city: 'Paris' } },
    { name: 'eve', tags: [] },
  ],
  hosts: { a: { ip: '10.0.0.1', up: true }, b: { ip: '10.0.0.2', up: false } },
}

const cases: readonly (readonly [string, unknown])[] = [
  ['name', 'n1'],
  ['"a b"', 1],
  ['missing', null],
  ['missing.deeper', null],
  ['nothing', null],
  ['people[0].name', 'ada'],
  ['people[-1].name', 'eve'],
  ['people[9]', null],
  ['name[0]', null],
  ['people[*].name', ['ada', 'bob', 'eve']],
  ['people[*].age', [36, 25]],
  ['people[*].at.city', ['London', 'Paris']],
  ['people[].tags[]', ['x', 'y', 'z']],
  ['people[*].tags', [['x', 'y'], ['z'], []]],
  ['people[*].tags[0]', ['x', 'z']],
  ['people[*].tags | [0]', ['x', 'y']],
  ['nested[]', [1, 2, 3, 4, [5]]],
  ['nested[][]', [1, 2, 3, 4, 5]],
  ['numbers[0:2]', [3, 1]],
  ['numbers[::-1]', [2, 1, 3]],
  ['numbers[-2:]', [1, 2]],
  ['numbers[:1]', [3]],
  ['hosts.*.ip', ['10.0.0.1', '10.0.0.2']],
  ['*.up', [true, false].slice(2)],
  ['hosts.a.[ip, up]', ['10.0.0.1', true]],
  [
    'people[*].[name, age]',
    [
      ['ada', 36],
      ['bob', 25],
      ['eve', null],
    ],
  ],
  [
    'people[*].{n: name, c: at.city}',
    [
      { n: 'ada', c: 'London' },
      { n: 'bob', c: 'Paris' },
      { n: 'eve', c: null },
    ],
  ],
  ["people[?name=='bob'].age", [25]],
  ["people[?name=='bob'].age | [0]", 25],
  ['people[?age > `30`].name', ['ada']],
  ['people[?age >= `25` && age < `30`].name', ['bob']],
  ["people[?name=='ada' || name=='eve'].name", ['ada', 'eve']],
  ['people[?!age].name', ['eve']],
  ["people[?contains(tags, 'z')].name", ['bob']],
  ["people[?at.city=='Paris'].tags[]", ['z']],
  ['people[?age].name', ['ada', 'bob']],
  ['people[?age == `null`].name', ['eve']],
  ["people[?name != 'ada'].name", ['bob', 'eve']],
  ["people[?starts_with(name, 'a')].name", ['ada']],
  ['`{"k": [1]}`', { k: [1] }],
  ['`word`', 'word'],
  ["'raw'", 'raw'],
  ['@', data],
  ['length(people)', 3],
  ['length(name)', 2],
  ['keys(hosts)', ['a', 'b']],
  ['values(hosts)[*].ip', ['10.0.0.1', '10.0.0.2']],
  ['sort(numbers)', [1, 2, 3]],
  ['sort_by(people[?age], &age)[*].name', ['bob', 'ada']],
  ['max(numbers)', 3],
  ['min_by(people[?age], &age).name', 'bob'],
  ['max_by(people[?age], &age).name', 'ada'],
  ['sum(numbers)', 6],
  ['avg(numbers)', 2],
  ['reverse(numbers)', [2, 1, 3]],
  ["join(',', people[*].name)", 'ada,bob,eve'],
  ['map(&age, people)', [36, 25, null]],
  ['not_null(missing, nothing, name)', 'n1'],
  ['merge(hosts.a, `{"ip": "x"}`)', { ip: 'x', up: true }],
  ['to_string(numbers)', '[3,1,2]'],
  ["to_number('12')", 12],
  ["to_number('x')", null],
  ['to_array(name)', ['n1']],
  ['type(people)', 'array'],
  ['type(hosts)', 'object'],
  ['abs(`-2`)', 2],
  ['ceil(`1.2`)', 2],
  ['floor(`1.8`)', 1],
  ["ends_with(name, '1')", true],
  ['people[*].name | sort(@) | reverse(@) | [0]', 'eve'],
  ['(people)[0].name', 'ada'],
  ['people[*].{n: name, t: length(tags)}[?t > `1`].n', ['ada']],
]

for (const [query, expected] of cases) {
  test(query, () => {
    const found = toPlain(evaluate(parseQuery(query), fromPlain(data)))
    assert.equal(JSON.parse(JSON.stringify(found)), JSON.parse(JSON.stringify(expected)))
  })
}

const wrong = [
  '',
  'a.',
  'a[',
  'a[?',
  'a b',
  '[?a==]',
  'foo(',
  'nope(@)',
  'length()',
  'sort_by(people, name)',
  '#',
  '"open',
  'length(`1`)',
  'a *',
]
for (const query of wrong) {
  test(`refused: ${query}`, () => {
    let thrown: unknown
    try {
      evaluate(parseQuery(query), fromPlain(data))
    } catch (error) {
      thrown = error
    }
    assert.instance(thrown, Failure)
    assert.match((thrown as Failure).message, 'json_query')
  })
}

test.run()
