import * as assert from 'uvu/assert'
import {
  type Entry,
  findEntry,
  formatEntry,
  parseEntry,
  withEntry,
  withoutEntry,
} from '../../../../engine/modules/mount/fstab.ts'
import { mountedAt, parseMounts } from '../../../../engine/modules/mount/mounted.ts'
import { fc } from '../../../fc.ts'
import { suite } from '../../../suite.ts'

const test = suite('fstab')

const field = fc.string({
  unit: fc.constantFrom('a', 'B', '/', '=', ' ', '\t', '\\', '#', ':', ','),
  minLength: 1,
  maxLength: 8,
})
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    src: field,
    path: field.map((path) => `/${path}x`),
    fstype: field,
    opts: field,
    dump: fc.constantFrom('0', '1'),
    passno: fc.constantFrom('0', '2'),
  },
  { noNullPrototype: true },
)
const line = fc.oneof(entry.map(formatEntry), fc.constantFrom('# comment', '', '  ', 'odd'))
const text = fc.array(line).map((lines) => lines.map((one) => `${one}\n`).join(''))

test('an entry is read as it was written', () => {
  fc.assert(fc.property(entry, (one) => assert.equal(parseEntry(formatEntry(one)), one)))
})

test('an entry is found after it was set, and setting it again changes nothing', () => {
  fc.assert(
    fc.property(text, entry, (before, one) => {
      const after = withEntry(before, one)
      assert.equal(findEntry(after, one), one)
      assert.is(withEntry(after, one), after)
    }),
  )
})

test('an entry that was removed is gone, and no other line', () => {
  fc.assert(
    fc.property(text, entry, (before, one) => {
      const cleared = withoutEntry(before, one)
      assert.is(findEntry(cleared, one), undefined)
      assert.is(withoutEntry(withEntry(cleared, one), one), cleared)
    }),
  )
})

test('fields that are left out have their defaults', () => {
  assert.equal(parseEntry('tmpfs\t/tmp tmpfs'), {
    src: 'tmpfs',
    path: '/tmp',
    fstype: 'tmpfs',
    opts: 'defaults',
    dump: '0',
    passno: '0',
  })
})

test('mounts are read, the last on a place counts', () => {
  const mounts = parseMounts(`22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
30 27 0:30 / /mnt/the\\040data rw - tmpfs first rw
31 27 254:0 /srv /mnt/the\\040data rw - ext4 /dev/vda rw
odd line
`)
  assert.is(mounts.length, 4)
  assert.equal(mountedAt(mounts, '/mnt/the data/'), {
    device: '254:0',
    root: '/srv',
    path: '/mnt/the data',
    fstype: 'ext4',
    source: '/dev/vda',
  })
  assert.is(mountedAt(mounts, '/')?.source, '/dev/vda')
  assert.is(mountedAt(mounts, '/srv'), undefined)
})

test.run()
