import * as assert from 'uvu/assert'
import { normal, valueIn, withSetting } from '../../../../engine/modules/sysctl/settings.ts'
import { fc } from '../../../fc.ts'
import { suite } from '../../../suite.ts'

const test = suite('files of sysctl')

const name = fc.constantFrom('vm.swappiness', 'net.ipv4.ip_forward', 'net/ipv4/conf/eth0.1/rp_filter', 'kernel.sysrq')
const value = fc.constantFrom('0', '1', '4096 87380 6291456', 'core.%p')
const line = fc.oneof(
  fc.tuple(name, value).map(([one, other]) => `${one} = ${other}`),
  fc.constantFrom('# vm.swappiness=5', ';x=1', '', 'odd', '-kernel.sysrq=7'),
)
const text = fc.array(line).map((lines) => lines.map((one) => `${one}\n`).join(''))

test('a value is found after it was set, once, and setting it again changes nothing', () => {
  fc.assert(
    fc.property(text, name, value, (before, one, wanted) => {
      const after = withSetting(before, one, wanted)
      assert.is(valueIn(after, one), wanted)
      assert.is(withSetting(after, one, wanted), after)
      assert.is(valueIn(withSetting(after, one, undefined), one), undefined)
    }),
  )
})

test('both ways to write a name mean the same', () => {
  assert.is(valueIn('net/ipv4/conf/eth0.1/rp_filter=2\n', 'net.ipv4.conf.eth0/1.rp_filter'), '2')
  assert.is(valueIn('net.ipv4.ip_forward=2\n', 'net/ipv4/ip_forward'), '2')
})

test('the last value counts, comments do not', () => {
  assert.is(valueIn('a.b=1\n#a.b=3\na.b = 2\n', 'a.b'), '2')
  assert.is(valueIn('# a.b=1\n', 'a.b'), undefined)
})

test('blanks in values do not matter', () => assert.is(normal(' 4096\t87380   6291456 '), '4096 87380 6291456'))

test.run()
