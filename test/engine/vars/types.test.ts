import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { layer } from '../../../engine/vars/scope.ts'
import { type Dict, Float, fromPlain, Template, toPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import data from './types.json' with { type: 'json' }

const at = { file: 'play.yml', line: 1, column: 1 }
const variables = fromPlain(data.variables) as Dict
variables.set('f', new Float(1))
variables.set('T2', new Map([['inner', new Template(data.templates.T2.inner, at)]]))

type Case = { readonly name: string; readonly template: string; readonly native?: unknown; readonly classic?: unknown }

/** One case for each rule set: `native` are the values of 2.19, `classic` those of 2.18; a missing one is a failure. */
for (const compat of [undefined, '2.18'] as const) {
  const test = suite(`types of templates by the rules of ${compat ?? '2.19'}`)
  const templar = createTemplar({
    warn: () => {},
    decrypt: () => '',
    searchPath: () => ['/'],
    environment: () => undefined,
    compat,
  })
  for (const one of data.cases as readonly Case[]) {
    test(`${one.name}: ${one.template}`, () => {
      const evaluate = () => toPlain(templar.evaluate(new Template(one.template, at), layer(variables)))
      const column = compat === undefined ? 'native' : 'classic'
      if (column in one) assert.equal(evaluate(), one[column])
      else assert.throws(evaluate, (thrown: unknown) => thrown instanceof Failure)
    })
  }
  test.run()
}
