import * as assert from 'uvu/assert'
import { nfsOptions } from '../../../agent/root/nfs.ts'
import { nfsSource } from '../../../agent/system/nfsmount.ts'
import type { BootNfs } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

const test = suite('agent nfs root')

const nfs: BootNfs = { server: '10.1.0.1', path: '/srv/root', version: '4', options: [], writable: false }

for (const [name, more, version, address, options] of [
  ['4.2, shared', {}, '4.2', '10.1.0.1', 'ro,hard,vers=4.2,addr=10.1.0.1,proto=tcp'],
  ['3, without locks', {}, '3', '10.1.0.1', 'ro,hard,vers=3,addr=10.1.0.1,proto=tcp,nolock,mountproto=tcp'],
  ['writable', { writable: true }, '4.1', '10.1.0.1', 'rw,hard,vers=4.1,addr=10.1.0.1,proto=tcp'],
  ['IPv6', {}, '3', 'fd00::1', 'ro,hard,vers=3,addr=fd00::1,proto=tcp6,nolock,mountproto=tcp6'],
  [
    "the site's own options last, so that they win",
    { options: ['soft', 'nconnect=4'] },
    '4.2',
    '10.1.0.1',
    'ro,hard,vers=4.2,addr=10.1.0.1,proto=tcp,soft,nconnect=4',
  ],
] as const) {
  test(name, () =>
    assert.is(
      nfsOptions({ ...nfs, ...more, options: [...('options' in more ? more.options : [])] }, version, address).join(
        ',',
      ),
      options,
    ),
  )
}

test('a source as mount takes it', () => {
  assert.is(nfsSource(nfs), '10.1.0.1:/srv/root')
  assert.is(nfsSource({ server: 'fd00::1', path: '/x' }), '[fd00::1]:/x')
  assert.is(nfsSource({ server: 'nas', path: '/x' }), 'nas:/x')
})

test.run()
