import * as assert from 'uvu/assert'
import { firewalld } from '../../../../engine/modules/firewalld/firewalld.ts'
import { settingOf } from '../../../../engine/modules/firewalld/setting.ts'
import { readParameters } from '../../../../engine/modules/parameters.ts'
import { type Dict, fromPlain } from '../../../../engine/vars/value.ts'
import type { FirewalldParameters } from '../../../../schema/types.ts'
import { suite } from '../../../suite.ts'

const test = suite('settings of firewalld')

const cases: readonly (readonly [Record<string, unknown>, readonly [string, string, string, boolean] | undefined])[] = [
  [{ port: '1-2/udp' }, ['--query-port=1-2/udp', '--add-port=1-2/udp', '--remove-port=1-2/udp', true]],
  [{ protocol: 'vrrp' }, ['--query-protocol=vrrp', '--add-protocol=vrrp', '--remove-protocol=vrrp', true]],
  [{ interface: 'ib0' }, ['--query-interface=ib0', '--change-interface=ib0', '--remove-interface=ib0', true]],
  [{ rich_rule: 'rule x' }, ['--query-rich-rule=rule x', '--add-rich-rule=rule x', '--remove-rich-rule=rule x', true]],
  [{ icmp_block: 'echo' }, ['--query-icmp-block=echo', '--add-icmp-block=echo', '--remove-icmp-block=echo', true]],
  [{ masquerade: 'yes' }, ['--query-masquerade', '--add-masquerade', '--remove-masquerade', true]],
  [{ masquerade: 'no' }, ['--query-masquerade', '--add-masquerade', '--remove-masquerade', false]],
  [{ forward: true }, ['--query-forward', '--add-forward', '--remove-forward', true]],
  [
    { port_forward: [{ port: '443', proto: 'tcp', toport: '8443', toaddr: '10.0.0.1' }] },
    [
      '--query-forward-port=port=443:proto=tcp:toport=8443:toaddr=10.0.0.1',
      '--add-forward-port=port=443:proto=tcp:toport=8443:toaddr=10.0.0.1',
      '--remove-forward-port=port=443:proto=tcp:toport=8443:toaddr=10.0.0.1',
      true,
    ],
  ],
  [{ zone: 'hpc' }, undefined],
]

for (const [given, expected] of cases) {
  test(JSON.stringify(given), () => {
    const at = { file: 'site.yml', line: 1, column: 1 }
    const params = readParameters<FirewalldParameters>(
      firewalld.schema,
      fromPlain({ state: 'enabled', ...given }) as Dict,
      at,
      'firewalld',
    )
    const setting = settingOf(params)
    assert.equal(setting && [setting.query, setting.add, setting.remove, setting.isPositive], expected)
  })
}

test('one thing a task', () => {
  const at = { file: 'site.yml', line: 1, column: 1 }
  const given = fromPlain({ state: 'enabled', service: 'nfs', port: '1/tcp' }) as Dict
  assert.throws(() => readParameters(firewalld.schema, given, at, 'firewalld'), /takes only one of/)
})

test.run()
