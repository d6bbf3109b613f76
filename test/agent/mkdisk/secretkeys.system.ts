import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { assertChecks, countChecks } from '../checks.ts'
import { serveNfs } from '../nfs.ts'
import { openSegment } from '../segment.ts'
import { type DiskSpec, openDiskRoom } from './guest.ts'

// Where Warewulf boots, the keys of encrypted volumes come from its secrets: the hook of 92mkdisk alone. With dracut around it, and
// with preboot before it, it is in test/dracut/wwinit.system.ts.
const test = suite('agent mkdisk, keys of the secrets')
const hook = join(import.meta.dirname, '../../../agent/dracut/92mkdisk/mkdisk.sh')
const mac = '02:00:00:00:00:01'
const key = 'e7b3-canary-of-a-key-that-all-nodes-have-4c11'

const specs: readonly DiskSpec[] = [
  { serial: 'one', size: 64 },
  { serial: 'two', size: 64 },
]

const profile = `sets: {first: {first: 1, last: 1}, second: {first: 2, last: 2}}
volumes:
  scratch: {set: first, level: single, filesystem: ext4, mount: /scratch, key: disk.key}
  data: {set: second, level: single, filesystem: ext4, mount: /data}
`

test(
  '92mkdisk mounts the secrets where the profile names keys, and leaves none behind',
  async () => {
    const script = await readFile(join(import.meta.dirname, 'secretkeys.guest.sh'), 'utf8')
    const segment = await openSegment('keys', { n01: { macs: [mac], bonded: false } })
    const room = await openDiskRoom(specs, ['nvme', 'virtio_pci', 'virtio_net', 'nfsv4'])
    try {
      const exported = join(room.work, 'exported')
      await mkdir(exported)
      await writeFile(join(exported, 'secrets.yml'), '{}\n', { mode: 0o600 })
      await writeFile(join(exported, 'disk.key'), key, { mode: 0o600 })
      await serveNfs(segment.start, exported, room.work, '/warewulf/secrets')
      const files = {
        '/hooks/mkdisk.sh': await readFile(hook, 'utf8'),
        '/new/etc/mkdisk/mkdisk.conf': 'MKDISK_PROFILE=node\n',
        '/new/etc/mkdisk/profiles.d/node.yml': profile,
        '/keys-of-the-export': key,
      }
      const guest = await room.start(script, files, {
        cards: segment.cards('n01'),
        namespace: segment.namespace,
        args: 'root=wwclient wwinit.uri=http://10.77.0.1:9873/provision/02:00:00:00:00:01',
      })
      const console = await guest.ended
      assertChecks(console, countChecks(script))
      assert.not.match(console, key)
      for (const [serial, disk] of room.disks) assert.equal(disk.find(key), [], serial)
    } finally {
      await segment.close()
      await room.close()
    }
  },
  15 * 60_000,
)

test.run()
