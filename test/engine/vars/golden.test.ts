import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { addressFilters, addressTests } from '../../../engine/vars/filters/address.ts'
import { fromJson } from '../../../engine/vars/json.ts'
import { plugins } from '../../../engine/vars/plugins.ts'
import { repr } from '../../../engine/vars/python/text.ts'
import { layer } from '../../../engine/vars/scope.ts'
import type { Dict } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import cases from './golden/cases.json' with { type: 'json' }
import golden from './golden/golden.json' with { type: 'json' }

const test = suite('templates as Python evaluates them')

const templar = createTemplar({
  warn: () => {},
  decrypt: () => '',
  searchPath: () => ['/'],
  environment: () => undefined,
})
// Python's own JSON reading: 1.0 in the cases is a float.
const read = fromJson(readFileSync(new URL('./golden/cases.json', import.meta.url), 'utf8')) as Dict
const scope = layer(read.get('variables') as Dict)
const at = { file: 'case', line: 1, column: 1 }

/** The templates that include, import and extends name. */
const load = (name: string): { source: string; file: string } => {
  const source = (cases.files as Record<string, string>)[name]
  if (source === undefined) throw new Failure('template.missing', `there is no template '${name}'`)
  return { source, file: name }
}

const goldenOf = (kind: keyof typeof golden) => Object.entries(golden[kind] as Record<string, string | null>)

const outcome = (evaluate: () => string): string | null => {
  try {
    return evaluate()
  } catch (thrown) {
    if (thrown instanceof Failure) return null
    throw thrown
  }
}

for (const [source, expected] of goldenOf('expressions')) {
  test(`expression ${source}`, () => {
    assert.is(
      outcome(() => repr(templar.expression(source, at, scope))),
      expected,
    )
  })
}
for (const [source, expected] of goldenOf('templates')) {
  test(`template ${JSON.stringify(source)}`, () => {
    assert.is(
      outcome(() => templar.render(source, 'case', scope, { keepTrailingNewline: false, load })),
      expected,
    )
  })
}
for (const [source, expected] of goldenOf('stripped')) {
  test(`template ${JSON.stringify(source)} with lstrip_blocks, without trim_blocks`, () => {
    const options = { keepTrailingNewline: false, trimBlocks: false, lstripBlocks: true }
    assert.is(
      outcome(() => templar.render(source, 'case', scope, options)),
      expected,
    )
  })
}
test('the golden values are those of the cases', () => {
  assert.equal(Object.keys(golden.expressions).sort(), [...new Set(cases.expressions)].sort())
  assert.equal(Object.keys(golden.templates).sort(), [...new Set(cases.templates)].sort())
  assert.equal(Object.keys(golden.stripped).sort(), [...new Set(cases.stripped)].sort())
})

/** Names that ansible-core of the golden values does not have, and where they are compared instead. */
const elsewhere: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...Object.keys(addressFilters), ...Object.keys(addressTests)].map((name) => [name, 'address']),
  ),
  json_query: 'jmespath',
  omitted: 'templar',
  timedout: 'templar',
  vaulted_file: 'templar',
}
test('every filter and test is compared with Python', () => {
  const all = [...cases.expressions, ...cases.templates].join('\n')
  const occurs = (pattern: string) => new RegExp(pattern).test(all)
  const missing = [
    ...[...plugins.filters.keys()].filter((name) => !occurs(`\\| (?:\\w+\\.)*${name}\\b|map\\('${name}'`)),
    ...[...plugins.tests.keys()].filter(
      (name) => !occurs(`is (?:not )?(?:\\w+\\.)*${name}(?!\\w)|(?:select|reject)(?:attr)?\\((?:'\\w+', )?'${name}'`),
    ),
  ]
  assert.equal(
    missing.filter((name) => !Object.hasOwn(elsewhere, name)),
    [],
  )
})
test.run()
