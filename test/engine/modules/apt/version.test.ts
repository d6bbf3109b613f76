import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { compareVersions } from '../../../../engine/modules/apt/version.ts'
import { fc, tries } from '../../../fc.ts'
import { suite } from '../../../suite.ts'

const test = suite('versions of Debian packages')

const ordered: readonly (readonly [string, '<' | '=' | '>', string])[] = [
  ['1.0', '<', '1.0-1'],
  ['1.0~rc1', '<', '1.0'],
  ['1.0~~', '<', '1.0~'],
  ['1:0.1', '>', '9.9'],
  ['1.10', '>', '1.9'],
  ['1.0+b1', '>', '1.0'],
  ['1.0a', '<', '1.0+'],
  ['0:1.0-0', '=', '1.0'],
  ['1.001', '=', '1.1'],
  ['2.36-9+deb12u10', '>', '2.36-9+deb12u9'],
]
for (const [one, sign, other] of ordered) {
  test(`${one} ${sign} ${other}`, () => {
    assert.is(Math.sign(compareVersions(one, other)), { '<': -1, '=': 0, '>': 1 }[sign])
    assert.is(Math.sign(compareVersions(other, one)) + 0, { '<': 1, '=': 0, '>': -1 }[sign])
  })
}

const part = fc.string({ unit: fc.constantFrom('0', '1', '9', '10', 'a', 'Z', '.', '+', '~'), maxLength: 6 })
const version = fc
  .tuple(fc.constantFrom('', '0:', '2:'), part, fc.option(part, { nil: undefined }))
  .map(([epoch, upstream, revision]) => `${epoch}1${upstream}${revision === undefined ? '' : `-1${revision}`}`)

if (existsSync('/usr/bin/dpkg')) {
  test('agree with dpkg', () => {
    const pairs = fc.sample(fc.tuple(version, version), tries(40))
    const script =
      'while read -r a b; do for o in lt eq gt; do ! dpkg --compare-versions "$a" $o "$b" || echo $o; done; done'
    const input = pairs.map(([one, other]) => `${one} ${other}\n`).join('')
    const said = execFileSync('sh', ['-c', script], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
    pairs.forEach(([one, other], index) => {
      const sign = Math.sign(compareVersions(one, other))
      assert.is(['lt', 'eq', 'gt'][sign + 1], said.split('\n')[index], `${one} against ${other}`)
    })
  })
} else test.skip('agree with dpkg', 'there is no dpkg')

test.run()
