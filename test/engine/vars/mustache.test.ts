import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { renderMustache } from '../../../engine/vars/mustache.ts'
import { suite } from '../../suite.ts'

const test = suite('mustache')

const data = {
  name: 'n01',
  quote: `<"&'>`,
  empty: '',
  nothing: null,
  zero: 0,
  no: false,
  node: {
    image: 'debian',
    networks: [
      { dev: 'eth0', up: true },
      { dev: 'eth1', up: false },
    ],
  },
  list: ['a', 'b'],
  none: [],
}

const rendered: readonly [string, string][] = [
  ['host {{name}}', 'host n01'],
  ['{{quote}} {{{quote}}} {{&quote}}', `<"&'> <"&'> <"&'>`],
  ['[{{empty}}{{nothing}}]', '[]'],
  ['{{zero}}', '0'],
  ['{{node.image}}', 'debian'],
  ['{{#node.networks}}{{dev}} on {{name}};{{/node.networks}}', 'eth0 on n01;eth1 on n01;'],
  ['{{#node.networks}}{{#up}}{{dev}}{{/up}}{{^up}}no {{dev}}{{/up}} {{/node.networks}}', 'eth0 no eth1 '],
  ['{{#list}}<{{.}}>{{/list}}', '<a><b>'],
  ['{{#node}}{{image}}{{/node}}', 'debian'],
  ['{{#no}}x{{/no}}{{^no}}y{{/no}}{{#none}}z{{/none}}', 'y'],
  ['{{^absent}}none{{/absent}}', 'none'],
  ['a\n{{! a comment }}\nb\n', 'a\nb\n'],
  ['{{#list}}\n- {{.}}\n{{/list}}\nend\n', '- a\n- b\nend\n'],
  ['{{=<% %>=}}<%name%> {{name}}', 'n01 {{name}}'],
]

for (const [source, expected] of rendered) {
  test(`renders ${JSON.stringify(source)}`, () => assert.is(renderMustache(source, 'f.mustache', data), expected))
}

const failing: readonly [string, string, number, number, RegExp][] = [
  ['x\n  {{nam}}', 'template.undefined', 2, 3, /did you mean 'name'/],
  ['{{#nodee}}{{/nodee}}', 'template.undefined', 1, 1, /did you mean 'node'/],
  ['{{node.imag}}', 'template.undefined', 1, 1, /did you mean 'image'/],
  ['{{#node.networks}}\n{{device}}\n{{/node.networks}}', 'template.undefined', 2, 1, /./],
  ['{{#name}}', 'template.syntax', 1, 10, /./],
  ['{{name', 'template.syntax', 1, 7, /./],
  ['{{>part}}', 'template.syntax', 1, 1, /./],
  ['a {{node}}', 'template.value', 1, 3, /#node/],
  ['{{list}}', 'template.value', 1, 1, /#list/],
]

for (const [source, code, line, column, hint] of failing) {
  test(`refuses ${JSON.stringify(source)}`, () => {
    try {
      renderMustache(source, 'f.mustache', data)
    } catch (thrown) {
      assert.instance(thrown, Failure)
      const failure = thrown as Failure
      assert.is(failure.code, code)
      assert.equal(failure.at, { file: 'f.mustache', line, column })
      assert.match(failure.hint ?? '', hint)
      return
    }
    assert.unreachable('it should fail')
  })
}

test.run()
