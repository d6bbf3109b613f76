import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { armor, isNamed, parseKeyName, publicKeys } from '../../../engine/modules/openpgp.ts'
import { fc } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('OpenPGP keys')
const read = (name: string) => readFileSync(join(import.meta.dirname, 'keys', name))

test('reads an armored key with its subkey', () => {
  const [key, ...more] = publicKeys(read('demo.asc')) ?? []
  assert.is(more.length, 0)
  assert.is(key?.fingerprint, '353640D4EB5CD4187C43D8D13B3B4FACC24B62F5')
  assert.is(key?.id, '3B3B4FACC24B62F5')
  assert.equal(key?.userIds, ['Prelude demo <demo@cluster.example>'])
  assert.equal(key?.subkeys, ['E63AB359F25F7C2EA70990F348D874D56403E7B5'])
})

test('reads a binary keyring, and armor of its own', () => {
  const keys = publicKeys(read('both.gpg')) ?? []
  assert.equal(
    keys.map(({ id }) => id),
    ['3B3B4FACC24B62F5', '0C016A3E45CBF846'],
  )
  assert.equal(Buffer.concat(keys.map(({ bytes }) => bytes)), read('both.gpg'))
  assert.equal(publicKeys(Buffer.from(armor(read('both.gpg')))), keys)
  assert.is(publicKeys(Buffer.concat([read('demo.asc'), read('second.asc')]))?.length, 2)
})

test('knows a key by every name', () => {
  const [key] = publicKeys(read('demo.asc')) ?? []
  for (const name of [
    'C24B62F5',
    '0x3b3b4facc24b62f5',
    '3536 40D4 EB5C D418 7C43  D8D1 3B3B 4FAC C24B 62F5',
    '6403E7B5',
  ]) {
    assert.ok(isNamed(key!, parseKeyName(name) ?? ''), name)
  }
  assert.not.ok(isNamed(key!, '45CBF846'))
  for (const name of ['/etc/key', 'C24B62F', 'C24B62FG', 'https://cluster.example/C24B62F5']) {
    assert.is(parseKeyName(name), undefined, name)
  }
})

test('anything else is no key', () => {
  assert.is(publicKeys(Buffer.from('hello')), undefined)
  assert.is(publicKeys(read('both.gpg').subarray(0, 100)), undefined)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void publicKeys(Buffer.from(bytes))))
  fc.assert(
    fc.property(fc.nat(700), fc.nat(255), (at, value) => {
      const bytes = Buffer.from(read('both.gpg'))
      bytes[at] = value
      publicKeys(bytes)
    }),
  )
})

test.run()
