import * as assert from 'uvu/assert'
import { mountCommand, parseMounts } from '../../../agent/system/mounts.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mounts')

test('reads mountinfo, with and without optional fields and with blanks in names', () => {
  const text = `22 28 0:21 / /proc rw,nosuid shared:12 master:3 - proc proc rw
120 28 9:127 /log /var/log rw,noatime - ext4 /dev/md127 rw
121 28 8:1 / /mnt/two\\040words rw - ext4 /dev/disk/by-label/a\\134b rw
broken line
`
  assert.equal(parseMounts(text), [
    { device: '0:21', target: '/proc', type: 'proc', source: 'proc' },
    { device: '9:127', target: '/var/log', type: 'ext4', source: '/dev/md127' },
    { device: '8:1', target: '/mnt/two words', type: 'ext4', source: '/dev/disk/by-label/a\\b' },
  ])
})

test('a mount as arguments', () => {
  const what = { type: 'tmpfs', source: 'prelude', target: '/run/x', options: ['size=1', 'mode=0700'] }
  assert.is(mountCommand(what).join(' '), '-t tmpfs -o size=1,mode=0700 prelude /run/x')
  assert.is(mountCommand({ type: 'proc', source: 'p', target: '/p' }).join(' '), '-t proc p /p')
})

test.run()
