import * as assert from 'uvu/assert'
import { isSelected } from '../../../engine/playbook/tags.ts'
import { suite } from '../../suite.ts'

const test = suite('tags')

const all = ['all']

/** Tags of the task, --tags, --skip-tags, whether it runs. */
const table: [tags: string[], only: string[], skip: string[], runs: boolean][] = [
  [[], all, [], true],
  [['a'], all, [], true],
  [['never'], all, [], false],
  [['never', 'a'], all, [], false],
  [['always'], all, [], true],
  [['always', 'never'], all, [], true],
  [[], [], [], true],
  [['never'], [], [], false],
  [['always', 'never'], [], [], true],
  [['a'], ['a'], [], true],
  [['a', 'b'], ['b'], [], true],
  [['a'], ['b'], [], false],
  [[], ['a'], [], false],
  [['always'], ['a'], [], true],
  [['never', 'a'], ['a'], [], true],
  [['never'], ['never'], [], true],
  [['a'], ['tagged'], [], true],
  [[], ['tagged'], [], false],
  [['never', 'a'], ['tagged'], [], false],
  [[], ['untagged'], [], true],
  [['a'], ['untagged'], [], false],
  [['always'], ['untagged'], [], true],
  [['a'], ['a', 'all'], [], true],
  [['a'], all, ['a'], false],
  [['a'], ['a'], ['a'], false],
  [['b'], all, ['a'], true],
  [[], all, ['a'], true],
  [['always'], all, ['always'], false],
  [['always', 'a'], ['b'], ['a'], false],
  [['a'], all, ['all'], false],
  [[], all, ['all'], false],
  [['always'], all, ['all'], true],
  [['always'], all, ['all', 'always'], false],
  [['a'], all, ['tagged'], false],
  [[], all, ['tagged'], true],
  [['always'], all, ['tagged'], false],
  [[], all, ['untagged'], false],
  [['a'], all, ['untagged'], true],
]

for (const [tags, only, skip, runs] of table) {
  test(`[${tags}] with --tags ${only} --skip-tags ${skip}: ${runs ? 'runs' : 'is left out'}`, () => {
    assert.is(isSelected(tags, only, skip), runs)
  })
}

test.run()
