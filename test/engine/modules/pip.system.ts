import * as assert from 'uvu/assert'
import { pip } from '../../../engine/modules/pip/pip.ts'
import { isInstalled, joinedNames, parseRequirement } from '../../../engine/modules/pip/requirement.ts'
import { suite } from '../../suite.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

const cases = await rootSuite('pip')
const test = suite('requirements of Python packages')

const met: readonly (readonly [string, string, boolean | undefined])[] = [
  ['demo', '1.0', true],
  ['De.mo_x', '1.0', false],
  ['demo==1.0.0', '1.0', true],
  ['demo>=1,<2', '1.9', true],
  ['demo>=1,<2', '2.0', false],
  ['demo~=1.4', '1.5', true],
  ['demo~=1.4', '2.0', false],
  ['demo==1.*', '1.7', true],
  ['demo!=1.*', '1.7', false],
  ['demo[extra]', '1.0', undefined],
  ['git+https://example.com/demo', '1.0', undefined],
  ['./demo', '1.0', undefined],
  ['demo; python_version < "3"', '1.0', undefined],
]
for (const [text, version, expected] of met) {
  test(`${text} and ${version}`, () => {
    const read = parseRequirement(text)
    assert.is(read && isInstalled(read, new Map([['demo', version]])), expected)
  })
}

test('names that were split at commas', () => {
  assert.equal(joinedNames(['a>1', '<2', 'b', 'c[x', 'y]>1']), ['a>1,<2', 'b', 'c[x,y]>1'])
})

test.run()

runRootCases(pip, cases)
