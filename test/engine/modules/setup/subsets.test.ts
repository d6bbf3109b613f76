import * as assert from 'uvu/assert'
import { families } from '../../../../engine/facts/families.ts'
import { chosenFamilies } from '../../../../engine/modules/setup/subsets.ts'
import { suite } from '../../../suite.ts'

const test = suite('gather_subset')
const probes = ['distribution', 'memory', 'network', 'virtualization', 'mounts']

// As ansible-core chooses with the same words.
const cases: readonly (readonly [string, readonly string[]])[] = [
  ['all', probes],
  ['min', ['distribution']],
  ['!hardware', ['distribution']],
  ['!all', ['distribution']],
  ['!all,!min', []],
  ['!min', []],
  ['!all,network', ['distribution', 'network']],
  ['network', ['distribution', 'network']],
  ['hardware,virtual', ['distribution', 'memory', 'virtualization', 'mounts']],
  ['all,!network', ['distribution', 'memory', 'virtualization', 'mounts']],
  ['!all,!min,mounts', ['memory', 'mounts']],
  ['!all,!min,memory', ['memory']],
  ['!all,!min,interfaces', ['distribution', 'network']],
]
for (const [words, expected] of cases) {
  test(words, () => {
    const chosen = chosenFamilies(words.split(',').filter(Boolean))
    assert.equal(
      probes.filter((name) => chosen.has(name)),
      expected,
    )
    for (const name of chosen)
      assert.ok(
        families.some((family) => family.name === name),
        name,
      )
  })
}

test.run()
