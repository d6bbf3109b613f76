import * as assert from 'uvu/assert'
import { parseSpec, satisfies } from '../../../../engine/modules/apt/names.ts'
import { diffOf, parseSimulation } from '../../../../engine/modules/apt/simulation.ts'
import { parsePackages, parsePolicy, parseProvides } from '../../../../engine/modules/apt/situation.ts'
import { fc } from '../../../fc.ts'
import { suite } from '../../../suite.ts'

const test = suite('what apt says')

const specs: readonly (readonly [string, ReturnType<typeof parseSpec>])[] = [
  ['vim', { text: 'vim', name: 'vim' }],
  [' vim ', { text: 'vim', name: 'vim' }],
  ['vim=2:9.0*', { text: 'vim=2:9.0*', name: 'vim', version: '2:9.0*', operator: '=' }],
  ['vim>=9', { text: 'vim', name: 'vim', version: '9', operator: '>=' }],
  ['vim = 9', { text: 'vim=9', name: 'vim', version: '9', operator: '=' }],
  ['libc6:i386', { text: 'libc6:i386', name: 'libc6', architecture: 'i386' }],
  ['libc6:i386=2.36', { text: 'libc6:i386=2.36', name: 'libc6', architecture: 'i386', version: '2.36', operator: '=' }],
  ['vim/bookworm-backports', { text: 'vim/bookworm-backports', name: 'vim' }],
  ['g++', { text: 'g++', name: 'g++' }],
]
for (const [text, spec] of specs) test(`reads the name '${text}'`, () => assert.equal(parseSpec(text), spec))

test('knows whether a version satisfies', () => {
  const found = { name: 'vim', architecture: 'amd64', version: '2:9.0.1378-2', status: 'installed' }
  assert.is(satisfies(found, parseSpec('vim')), true)
  assert.is(satisfies(found, parseSpec('vim=2:9.0.*')), true)
  assert.is(satisfies(found, parseSpec('vim=9.0.1378-2')), false)
  assert.is(satisfies(found, parseSpec('vim>=2:9.0')), true)
  assert.is(satisfies(found, parseSpec('vim>=2:9.1')), false)
  assert.is(satisfies({ ...found, status: 'config-files' }, parseSpec('vim')), false)
})

test('reads a simulation', () => {
  const moves = parseSimulation(`NOTE: This is only a simulation!
Remv nano [7.2-1] [demo:amd64 ]
Inst libc6 [2.36-9] (2.36-10 Debian:12.9/stable [amd64]) []
Inst vim (2:9.0.1378-2 Debian:12.9/stable [amd64])
Purg old [1.0]
Conf vim (2:9.0.1378-2 Debian:12.9/stable [amd64])
`)
  assert.equal(moves, [
    { name: 'nano', before: '7.2-1' },
    { name: 'libc6', before: '2.36-9', after: '2.36-10' },
    { name: 'vim', after: '2:9.0.1378-2' },
    { name: 'old', before: '1.0' },
  ])
  const { before, after } = diffOf(moves)
  assert.is(before, 'nano 7.2-1\nlibc6 2.36-9\nold 1.0\n')
  assert.is(after, 'libc6 2.36-10\nvim 2:9.0.1378-2\n')
})

test('reads policies', () => {
  const policy = `vim:
  Installed: (none)
  Candidate: 2:9.0.1378-2
  Version table:
     2:9.0.1378-2 500
        500 http://example/debian bookworm/main amd64 Packages
virtual:
  Installed: (none)
  Candidate: (none)
libc6:i386:
  Installed: (none)
  Candidate: 2.36-9
`
  assert.equal(
    [...parsePolicy(policy)],
    [
      ['vim', '2:9.0.1378-2'],
      ['libc6:i386', '2.36-9'],
    ],
  )
})

test('reads packages and what they provide', () => {
  assert.equal(parsePackages('installed\tvim\tamd64\t2:9\nconfig-files\told\tall\t1\n\n'), [
    { status: 'installed', name: 'vim', architecture: 'amd64', version: '2:9' },
    { status: 'config-files', name: 'old', architecture: 'all', version: '1' },
  ])
  const provides = parseProvides(
    'installed\tdefault-mta, mail-transport-agent (= 1)\nconfig-files\tgone\ninstalled\t\n',
  )
  assert.equal([...provides], ['default-mta', 'mail-transport-agent'])
})

test('takes any text without failing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseSpec(text)
      parseSimulation(text)
      parsePolicy(text)
      parsePackages(text)
      parseProvides(text)
    }),
  )
})

test.run()
