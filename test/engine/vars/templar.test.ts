import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { layer, type Scope, Suspension, settled } from '../../../engine/vars/scope.ts'
import type { TemplarSurroundings } from '../../../engine/vars/templar.ts'
import { type Dict, fromPlain, omit, Template, toPlain, type Value, Vaulted } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

const test = suite('templar')

const at = { file: 'site.yml', line: 7, column: 12 }
const template = (source: string) => new Template(source, at)
const templarWith = (more: Partial<TemplarSurroundings> = {}) =>
  createTemplar({
    warn: () => {},
    decrypt: () => '',
    searchPath: () => ['/'],
    environment: () => undefined,
    ...more,
  })
const templar = templarWith()
const scopeOf = (values: Record<string, unknown>): Scope => layer(fromPlain(values) as Dict)
const lazy = (values: Record<string, Value>): Scope => layer(new Map(Object.entries(values)))

const failureOf = (work: () => unknown): Failure => {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
  throw new Error('no failure')
}

test('one expression keeps its type, more than one becomes text', () => {
  const scope = scopeOf({ n: 5, l: [1], nul: null })
  assert.is(templar.evaluate(template('{{ n }}'), scope), 5)
  assert.equal(templar.evaluate(template('{{ l }}'), scope), [1])
  assert.is(templar.evaluate(template('{{ n }} '), scope), '5 ')
  assert.is(templar.evaluate(template('{{ n }}{{ l }}{{ nul }}'), scope), '5[1]')
  assert.equal(templar.evaluate(template('{% if n %}{{ l }}{% endif %}'), scope), [1])
  assert.is(templar.evaluate(template('{% if not n %}x{% endif %}'), scope), null)
})

test('text that looks like a literal stays text', () => {
  for (const text of ['[1, 2]', 'True', '{"a": 1}', '1.0']) {
    assert.is(templar.evaluate(template('{{ x }}'), scopeOf({ x: text })), text)
  }
})

test('strings of modules are never templates', () => {
  assert.is(templar.evaluate(template('{{ out.stdout }}'), scopeOf({ out: { stdout: '{{ 1 + 1 }}' } })), '{{ 1 + 1 }}')
})

test('variables made of templates are evaluated where they are used', () => {
  const scope = lazy({
    a: template('{{ b.c }}'),
    b: new Map<string, Value>([['c', template('{{ d + 1 }}')]]),
    d: 1,
    list: [template('{{ d }}'), 2, new Map([['k', template('{{ a }}')]])],
  })
  assert.is(templar.evaluate(template('{{ a }}'), scope), 2)
  assert.is(templar.evaluate(template('{{ list.2.k }}'), scope), 2)
  assert.equal(toPlain(templar.evaluate(template('{{ list }}'), scope)), [1, 2, { k: 2 }])
  assert.is(templar.evaluate(template('{% for x in list[:2] %}{{ x }};{% endfor %}'), scope), '1;2;')
  assert.is(templar.evaluate(template("{{ list[:2] | join('-') }}"), scope), '1-2')
  assert.ok(templar.expression('1 in list and {"k": 2} in list', at, scope))
  assert.is(templar.evaluate(template("{{ b.get('c') + 1 }}"), scope), 3)
  assert.is(templar.evaluate(template('{{ a }}'), layer(new Map<string, Value>([['d', 10]]), scope)), 11)
})

test('a filter over many looks only at what it is asked for', () => {
  const hosts: Dict = new Map()
  for (const name of ['a', 'b']) {
    hosts.set(
      name,
      new Map<string, Value>([
        ['ip', template(`{{ '${name}' }}`)],
        ['bad', template('{{ 1 / 0 }}')],
      ]),
    )
  }
  const scope = lazy({ hosts })
  assert.equal(templar.expression("['a', 'b'] | map('extract', hosts, 'ip')", at, scope), ['a', 'b'])
  assert.equal(templar.expression("hosts.values() | map(attribute='ip') | list", at, scope), ['a', 'b'])
  assert.is(templar.expression('hosts | length', at, scope), 2)
  assert.is(templar.expression("hosts | dict2items | map(attribute='value.ip') | first", at, scope), 'a')
  assert.ok(templar.expression("'a' in hosts and hosts.a is mapping", at, scope))
})

test('a value without templates is handed back without a copy', () => {
  const value = fromPlain({ a: [1, { b: 2 }] })
  assert.is(templar.resolve(value, scopeOf({})), value)
})

test('omitted items are left out', () => {
  const value = new Map<string, Value>([
    ['a', template('{{ x | default(omit) }}')],
    ['b', [1, omit]],
  ])
  assert.equal(toPlain(templar.resolve(value, scopeOf({}))), { b: [1] })
  assert.is(templar.evaluate(template('{{ x | default(omit) }}'), scopeOf({})), omit)
})

test('tests of later versions of ansible-core than that of the golden values', () => {
  const vaulting = templarWith({ decrypt: () => 'plain' })
  const scope = lazy({ secret: new Vaulted('x', at), d: new Map<string, Value>([['k', new Vaulted('y', at)]]), n: 1 })
  const holds = (source: string) => vaulting.expression(source, at, scope)
  assert.equal(
    ['secret', 'd.k', 'n'].map((name) => holds(`${name} is vault_encrypted`)),
    [true, true, false],
  )
  assert.equal([holds('omit is omitted'), holds('n is omitted')], [true, false])
  assert.equal([holds("{'timedout': {'period': 1}} is timedout"), holds('{} is timedout')], [true, false])
  const vault = new URL('./vault-1.1.txt', import.meta.url).pathname
  assert.equal([holds(`'${vault}' is vaulted_file`), holds("'/etc/passwd' is vaulted_file")], [true, false])
})

test('vaults are decrypted once, when they are used', () => {
  let count = 0
  const vaulting = templarWith({ decrypt: (text) => `${text}-${++count}` })
  const scope = lazy({ secret: new Vaulted('x', at), d: new Map<string, Value>([['k', new Vaulted('y', at)]]) })
  assert.is(count, 0)
  assert.is(vaulting.evaluate(template('{{ secret }}{{ secret }}'), scope), 'x-1x-1')
  assert.equal(toPlain(vaulting.evaluate(template('{{ d }}'), scope)), { k: 'y-2' })
  const nesting = templarWith({ decrypt: () => '{{ n }}' })
  assert.is(nesting.evaluate(template('{{ secret }}'), layer(new Map([['n', 3]]), scope)), 3)
})

test('a variable that refers to itself is a failure that shows the way', () => {
  const scope = lazy({ a: template('{{ b }}'), b: template('x{{ c }}'), c: template('{{ a }}') })
  const failure = failureOf(() => templar.evaluate(template('{{ a }}'), scope))
  assert.is(failure.code, 'template.recursion')
  assert.match(failure.message, 'a -> b -> c -> a')
  const deep: Record<string, Value> = { v0: 1 }
  for (let index = 1; index < 300; index++) deep[`v${index}`] = template(`{{ v${index - 1} }}`)
  assert.is(templar.evaluate(template('{{ v299 }}'), lazy(deep)), 1)
  assert.is(templar.evaluate(template('{{ a }}'), scopeOf({ a: 1 })), 1, 'the failure leaves nothing behind')
})

test('a macro without end is a failure', () => {
  const failure = failureOf(() =>
    templar.evaluate(template('{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'), scopeOf({})),
  )
  assert.is(failure.code, 'template.recursion')
})

test('an undefined variable names itself, its place and the nearest known name', () => {
  const scope = lazy({ user_name: 'x', inner: template('{{ missing_one }}'), d: fromPlain({ colour: 1 }) })
  const cases: [string, string, number, number, string | undefined][] = [
    ['{{ usr_name }}', "'usr_name' is undefined", 7, 15, "did you mean 'user_name'?"],
    ['a\n  {{ d.color }}', "'dict object' has no attribute 'color'", 8, 7, "did you mean 'colour'?"],
    ['{{ zzzzz + 1 }}', "'zzzzz' is undefined", 7, 15, undefined],
    ["{{ 'x' }}{{ inner }}", "'missing_one' is undefined", 7, 15, undefined],
    ['{% for x in nowhere %}{% endfor %}', "'nowhere' is undefined", 7, 24, undefined],
    ["{{ [1, {'a': zzzz}] }}", "'zzzz' is undefined", 7, 25, undefined],
    ['{{ zzzz | upper | length }}', "'zzzz' is undefined", 7, 15, undefined],
  ]
  for (const [source, message, line, column, hint] of cases) {
    const failure = failureOf(() => templar.evaluate(template(source), scope))
    assert.is(failure.code, 'template.undefined', source)
    assert.is(failure.message, message)
    assert.equal(failure.at, { file: 'site.yml', line, column }, source)
    assert.is(failure.hint, hint)
  }
})

test('default and is defined look through variables that are made of undefined ones', () => {
  const scope = lazy({ a: template('{{ nope }}'), b: template('x{{ nope }}'), c: template('{{ nope + 1 }}') })
  for (const name of ['a', 'b', 'c', 'nope', 'nope.deeper', 'nope | upper']) {
    assert.is(templar.expression(`${name.includes('|') ? `(${name})` : name} | default('d')`, at, scope), 'd', name)
  }
  assert.is(templar.expression('a is defined or b is defined or c is defined', at, scope), false)
})

test('failures of values have the place of their expression', () => {
  const cases: [string, string, number][] = [
    ["{{ 1 + 'a' }}", "unsupported operand types for +: 'int' and 'str'", 15],
    ['{{ x | nofilter }}', "unknown filter 'nofilter'", 19],
    ['{{ 1 is notest }}', "unknown test 'notest'", 20],
    ['{{ 1 / 0 }}', 'division by zero', 15],
    ["{{ 'a' | default(1, 2, 3) }}", "the filter 'default' takes at most 2 arguments, not 3", 21],
    ["{{ 'a' | regex_replace(pattrn='b') }}", "the filter 'regex_replace' has no argument 'pattrn'", 21],
  ]
  for (const [source, message, column] of cases) {
    const failure = failureOf(() => templar.evaluate(template(source), scopeOf({ x: 1 })))
    assert.is(failure.message, message)
    assert.equal(failure.at, { file: 'site.yml', line: 7, column }, source)
  }
})

test('syntax errors have a place, a line and a hint', () => {
  const cases: [string, string, number, number, string | undefined][] = [
    [
      '{{ a b }}',
      "expected the end of the tag but found 'b'",
      7,
      17,
      'an operator, a comma or a quote may be missing before it',
    ],
    ['x\n{% if a %}', "this 'if' is never ended", 8, 1, "end it with '{% endif %}'"],
    ['{% fro x in y %}', "unknown tag 'fro'", 7, 15, "did you mean 'for'?"],
    ['{{ (1 }}', "unexpected '}', expected ')'", 7, 18, undefined],
    ["{{ 'a }}", "a string that starts with ' is never closed", 7, 15, undefined],
    ['{{ !a }}', "unexpected character '!'", 7, 15, "write 'not x' for a negation, != for 'differs from'"],
  ]
  for (const [source, message, line, column, hint] of cases) {
    const failure = failureOf(() => templar.check(source, at, 'template'))
    assert.is(failure.code, 'template.syntax')
    assert.is(failure.message, message, source)
    assert.equal(failure.at, { file: 'site.yml', line, column }, source)
    assert.is(failure.hint, hint, source)
  }
  templar.check('a.b is defined and x | bool', at, 'expression')
  assert.throws(() => templar.check('a =', at, 'expression'))
})

test('a condition that is no boolean counts by its truth, with a warning', () => {
  const warnings: string[] = []
  const warning = templarWith({ warn: (message) => void warnings.push(message) })
  const scope = lazy({ yes: true, text: 'no', empty: [], made: template('{{ yes }}') })
  assert.ok(warning.condition('yes', at, scope))
  assert.ok(warning.condition(true, at, scope))
  assert.ok(warning.condition(null, at, scope))
  assert.not.ok(warning.condition('not made', at, scope))
  assert.ok(warning.condition(template('{{ made }}'), at, scope))
  assert.not.ok(warning.condition(['yes', 'not yes', 'nope'], at, scope))
  assert.equal(warnings, [])
  assert.ok(warning.condition('text', at, scope))
  assert.not.ok(warning.condition('empty', at, scope))
  assert.is(warnings.length, 2)
  assert.match(warnings[0]!, "type 'str'")
  assert.throws(() => warning.condition('nope', at, scope), /'nope' is undefined/)
  const classic = templarWith({ compat: '2.18', warn: (message) => void warnings.push(message) })
  assert.not.ok(classic.condition(template('{{ rule }}'), at, scopeOf({ rule: '1 == 2' })), 'text is an expression')
  assert.is(warnings.length, 2)
})

test('what must first be collected passes through and is asked for again', async () => {
  let isThere = false
  const scope: Scope = {
    get: (name) => {
      if (name !== 'fact') return undefined
      if (isThere) return 5
      throw new Suspension(
        Promise.resolve().then(() => {
          isThere = true
        }),
      )
    },
    names: () => [],
  }
  const indirect = layer(new Map<string, Value>([['v', template('{{ fact + 1 }}')]]), scope)
  assert.is(
    await settled(() => templar.evaluate(template('{{ [v] | map("string") | first | default("x") }}'), indirect)),
    '6',
  )
})

test('the names that a template uses', () => {
  const names = (source: string, kind: 'template' | 'expression' = 'template') =>
    [
      ...new Set(templar.references(source, at, kind).flatMap(({ kind, name }) => (kind === 'name' ? [name] : []))),
    ].sort()
  assert.equal(names('{{ a.b | f(c) }}{% for x in xs if x > y %}{{ x }}{{ loop.index }}{% endfor %}'), [
    'a',
    'c',
    'xs',
    'y',
  ])
  assert.equal(names('{% set a = b %}{{ a }}'), ['b'])
  assert.equal(names('{% macro m(p, q=r) %}{{ p }}{{ s }}{% endmacro %}{{ m(t) }}'), ['r', 's', 't'])
  assert.equal(names('x is defined and y in z.w', 'expression'), ['x', 'y', 'z'])
})

const files: Readonly<Record<string, string>> = {
  'base.j2': 'A{% block one %}base{% endblock %}B{% block two %}{{ n }}{% endblock %}C\n',
  'middle.j2': "{% extends 'base.j2' %}{% block one %}[{{ super() }}]{% endblock %}",
  'macros.j2': '{% macro m(x) %}<{{ x }}>{% endmacro %}{% set v = 3 %}',
  'part.j2': 'part {{ n }} {{ local | default("-") }}\n',
  'bad.j2': 'line\n{{ nope }}',
}
const load = (name: string) => {
  const source = files[name]
  if (source === undefined) throw new Failure('template.missing', `no ${name}`)
  return { source, file: name }
}
const render = (source: string, options = {}) => templar.render(source, 't.j2', scopeOf({ n: 1 }), { load, ...options })

test('templates include, import and extend others', () => {
  assert.is(
    render("{% extends 'middle.j2' %}ignored{% set q = 2 %}{% block two %}{{ q }}{{ super() }}{% endblock %}\n"),
    'A[base]B21C\n',
  )
  assert.is(render("{% include 'part.j2' %}!"), 'part 1 -!')
  assert.is(render("{% set local = 5 %}{% include 'part.j2' %}"), 'part 1 5')
  assert.throws(() => render("{% include 'part.j2' without context %}"), /'n' is undefined/)
  assert.is(render("{% include 'none.j2' ignore missing %}ok"), 'ok')
  assert.is(render("{% include ['none.j2', 'part.j2'] %}"), 'part 1 -')
  assert.is(render("{% import 'macros.j2' as k %}{{ k.m(k.v) }}"), '<3>')
  assert.is(render("{% from 'macros.j2' import m as f, v %}{{ f(v) }}"), '<3>')
  assert.throws(() => render("{% include 'none.j2' %}"), /no none.j2/)
})

test('a failure in an included template is placed there', () => {
  const failure = failureOf(() => render("x\n{% include 'bad.j2' %}"))
  assert.equal(failure.at, { file: 'bad.j2', line: 2, column: 4 })
})

test('white space, newlines and own delimiters of template files', () => {
  assert.is(render('{% if true %}\na\n{% endif %}\n'), 'a\n')
  assert.is(render('{% if true %}\na\n{% endif %}\n', { trimBlocks: false }), '\na\n')
  assert.is(render('  {% if true %}\n  a\n  {% endif %}\nb', { lstripBlocks: true }), '  a\nb')
  assert.is(render('a\r\nb {{ n }}\r\n', { newline: '\r\n' }), 'a\r\nb 1\r\n')
  assert.is(
    render('<< n >> {{ n }} <% if n %>y<% endif %>', {
      variableStart: '<<',
      variableEnd: '>>',
      blockStart: '<%',
      blockEnd: '%>',
    }),
    '1 {{ n }} y',
  )
  assert.is(
    render(
      "#jinja2: trim_blocks: False, variable_start_string: '[%', variable_end_string: '%]'\n[% n %]{{ n }}{% if n %}\n{% endif %}",
    ),
    '1{{ n }}\n',
  )
  const failure = failureOf(() => render('#jinja2: lstrip_blocks: True\n\n{{ nope }}'))
  assert.is(failure.at?.line, 3)
})

test('escapes are read in files and left to YAML in playbooks', () => {
  assert.is(render("{{ 'a\\tb\\d' }}"), 'a\tb\\d')
  assert.is(templar.evaluate(template("{{ 'a\\tb' }}"), scopeOf({})), 'a\\tb')
  assert.is(templar.expression("'a\\tb'", at, scopeOf({})), 'a\tb')
})

test('changes to a list that a template made stay inside it', () => {
  const one = template('{% set l = [1] %}{% set _ = l.append(2) %}{{ l }}')
  assert.equal(templar.evaluate(one, scopeOf({})), [1, 2])
  assert.equal(templar.evaluate(one, scopeOf({})), [1, 2])
})

test('an expression asks for the names in it, and for nothing else', () => {
  const known = scopeOf({ hosts: { n1: { ip: 1 } }, a: { b: { c: 5 } } })
  const asked: string[] = []
  const watched: Scope = {
    ...known,
    get(name) {
      asked.push(name)
      return known.get(name)
    },
  }
  assert.is(templar.evaluate(template("{{ a.b.c | default('x') }}"), watched), 5)
  assert.equal(asked, ['a'])
})

test.run()
