import * as assert from 'uvu/assert'
import { pip } from '../../../engine/modules/pip/pip.ts'
import { isInstalled, joinedNames, parseRequirement } from '../../../engine/modules/pip/requirement.ts'
import { suite } from '../../suite.ts'
import cases from './pip.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'
import type { ScratchRoot } from './scratchroot.ts'

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

/** Two versions of a package that holds nothing, where pip looks for packages instead of the network. */
const makeWheels = ({ run }: ScratchRoot): void => {
  run(`mkdir '/srv/a b'; cd '/srv/a b'; for version in 1.0 2.0; do
    info=/srv/w/prelude_demo-$version.dist-info; mkdir -p $info
    printf 'Metadata-Version: 2.1\\nName: prelude-demo\\nVersion: %s\\n' $version >$info/METADATA
    printf 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n' >$info/WHEEL
    for file in METADATA WHEEL RECORD; do echo "prelude_demo-$version.dist-info/$file,,"; done >$info/RECORD
    (cd /srv/w && zip -qr "/srv/a b/prelude_demo-$version-py3-none-any.whl" .); rm -r /srv/w
  done
  printf '[global]\\nno-index = true\\nfind-links = file:///srv/a%%20b\\n[install]\\nbreak-system-packages = false\\n' >/etc/pip.conf`)
}

runRootCases(pip, cases as RootCase[], {
  prepare: makeWheels,
  ignore: /__pycache__|\.cache/,
  packages: ['python3-pip', 'python3-venv'],
})
