import * as assert from 'uvu/assert'
import { withEntry } from '../../../agent/mkdisk/fstab.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mkdisk fstab')

const system = { source: 'UUID=1', target: '/system', type: 'ext4', options: ['noatime', 'nofail'] }
const log = { source: '/system/log', target: '/var/log', type: 'none', options: ['bind', 'nofail'] }

test('entries stand in a part of their own, and others’ lines stay', () => {
  const text = withEntry(withEntry('# site\nhome:/home /home nfs defaults 0 0\n', system), log)
  assert.is(
    text,
    `# site
home:/home /home nfs defaults 0 0
# mkdisk: written at each boot
UUID=1 /system ext4 noatime,nofail 0 0
/system/log /var/log none bind,nofail 0 0
# mkdisk: end
`,
  )
})

test('twice is once, and a new UUID takes the place of the old one', () => {
  const once = withEntry('', system)
  assert.is(withEntry(once, system), once)
  assert.is(withEntry(once, { ...system, source: 'UUID=2' }), once.replace('UUID=1', 'UUID=2'))
})

test.run()
