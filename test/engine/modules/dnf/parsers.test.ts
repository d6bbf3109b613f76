import * as assert from 'uvu/assert'
import { isInstalled, isNewerInstalled } from '../../../../engine/modules/dnf/decide.ts'
import { parseSpec } from '../../../../engine/modules/dnf/names.ts'
import { type Installed, parseMissing, parseRpms } from '../../../../engine/modules/dnf/rpm.ts'
import { parseTransaction, sentences } from '../../../../engine/modules/dnf/transaction.ts'
import { compareEvr, comparePart, parseEvr } from '../../../../engine/modules/dnf/version.ts'
import { fc } from '../../../fc.ts'
import { suite } from '../../../suite.ts'

const test = suite('what rpm and dnf say')

const ordered: readonly (readonly [string, number, string])[] = [
  ['1.0', 0, '1.0'],
  ['1.0', -1, '2.0'],
  ['2.0.1', 1, '2.0'],
  ['2.0.1a', 1, '2.0.1'],
  ['5.5p1', -1, '5.5p2'],
  ['5.5p10', 1, '5.5p1'],
  ['10xyz', -1, '10.1xyz'],
  ['xyz.4', -1, '8'],
  ['6.0.rc1', 1, '6.0'],
  ['10b2', 1, '10a1'],
  ['1.0~rc1', -1, '1.0'],
  ['1.0~rc1', 1, '1.0~beta'],
  ['1.0^', 1, '1.0'],
  ['1.0^git1', -1, '1.01'],
  ['1.0~rc1^git1', 1, '1.0~rc1'],
  ['20101121', -1, '20101122'],
  ['2_0', 0, '2.0'],
  ['1.05', 0, '1.5'],
]
for (const [one, order, other] of ordered) {
  test(`compares ${one} with ${other}`, () => {
    assert.is(Math.sign(comparePart(one, other)), order)
    assert.is(Math.sign(comparePart(other, one)) + 0, -order + 0)
  })
}

test('compares epochs first, and releases when both are known', () => {
  assert.ok(compareEvr(parseEvr('1:1.0'), parseEvr('2.0-5')) > 0)
  assert.is(compareEvr(parseEvr('2.0'), parseEvr('2.0-5')), 0)
  assert.ok(compareEvr(parseEvr('2.0-4'), parseEvr('2.0-5')) < 0)
})

const installed: Installed = {
  packages: parseRpms(
    'package\tfoo-bar\t0\t1.2\t3.el9\tx86_64\npackage\tkernel\t0\t5.14.0\t70.el9\tx86_64\n',
    'package',
  ),
  missing: new Set(['foo', 'foo-bar-1.1', 'foo-bar-1.3']),
  files: new Map(),
}
const questions: readonly (readonly [string, boolean | undefined])[] = [
  ['foo-bar', true],
  ['foo', false],
  ['foo*', true],
  ['bar*', false],
  ['foo-bar-1.2*', true],
  ['foo-bar >= 1.2', true],
  ['foo-bar > 1.2', false],
  ['foo-bar = 1.2-3.el9', true],
  ['foo-bar<1.2', false],
  ['@core', undefined],
  ['http://example/unknown.rpm', undefined],
]
for (const [text, answer] of questions) {
  test(`knows whether ${text} is installed`, () => assert.is(isInstalled(parseSpec(text), installed), answer))
}

test('knows whether a later version is installed', () => {
  assert.is(isNewerInstalled(parseSpec('foo-bar-1.1'), installed), true)
  assert.is(isNewerInstalled(parseSpec('foo-bar-1.1-9.el9.x86_64'), installed), true)
  assert.is(isNewerInstalled(parseSpec('foo-bar-1.3'), installed), false)
  assert.is(isNewerInstalled(parseSpec('kernel-4.18.0-1'), installed), true)
  assert.is(isNewerInstalled(parseSpec('kernel'), installed), false)
})

test('reads what is missing', () => {
  const text = `package foo is not installed
package bar is not installed
package /usr/bin/x is not installed
no package provides foo
error: file /usr/bin/x: No such file or directory
provider\tbaz\t0\t1\t1\tnoarch
`
  assert.equal([...parseMissing(text)], ['foo', '/usr/bin/x'])
})

test('reads a transaction', () => {
  const table = `Last metadata expiration check: 0:00:01 ago.
Dependencies resolved.
================================================================================
 Package             Architecture      Version            Repository       Size
================================================================================
Installing:
 demo                noarch            2.0-1              demo            5.4 k
     replacing  former.noarch 1.0-1
 a-package-with-a-very-long-name-that-does-not-fit
                     x86_64            1:2.0-1.el9        baseos          5.4 k
Installing group/module packages:
 grouped             noarch            1.0-1              demo            5.9 k
Installing weak dependencies:
 weak                noarch            1.0-1              demo            5.9 k
Upgrading:
 up                  noarch            1.0-2              demo            5.9 k
Downgrading:
 down                noarch            1.0-0              demo            5.9 k
Removing:
 gone                noarch            1.0-1              @demo           5.9 k
Removing unused dependencies:
 unused              noarch            1.0-1              @demo           5.9 k
Installing Groups:
 Demo

Transaction Summary
================================================================================
Install  2 Packages

Downloading Packages:
 Running transaction
  Preparing        :                                                        1/1
  Upgrading        : up-1.0-2.noarch                                        1/2
  Cleanup          : up-1.0-1.noarch                                        2/2
`
  assert.equal(sentences(parseTransaction(table), table), [
    'Installed: demo-2.0-1.noarch',
    'Installed: a-package-with-a-very-long-name-that-does-not-fit-1:2.0-1.el9.x86_64',
    'Installed: grouped-1.0-1.noarch',
    'Installed: weak-1.0-1.noarch',
    'Installed: up-1.0-2.noarch',
    'Installed: down-1.0-0.noarch',
    'Removed: gone-1.0-1.noarch',
    'Removed: unused-1.0-1.noarch',
    'Removed: up-1.0-1.noarch',
  ])
})

test('reads no transaction where there is none', () => {
  assert.equal(
    parseTransaction('Package demo is already installed.\nDependencies resolved.\nNothing to do.\nComplete!\n'),
    [],
  )
})

test('takes any text without failing', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      parseSpec(one)
      parseTransaction(one)
      parseMissing(one)
      assert.ok(Math.sign(comparePart(one, other)) === -Math.sign(comparePart(other, one)))
    }),
  )
})

test.run()
