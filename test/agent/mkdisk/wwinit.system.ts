import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { serveNfs } from '../nfs.ts'
import { openSegment } from '../segment.ts'
import { assertChecks, type DiskSpec, openDiskRoom } from './guest.ts'

const test = suite('agent mkdisk where Warewulf boots')
const hooks = join(import.meta.dirname, '../../../agent/dracut')
const mac = '02:00:00:00:00:01'
const key = 'e7b3-canary-of-a-key-that-all-nodes-have-4c11'

const specs: readonly DiskSpec[] = [
  { serial: 'one', size: 64 },
  { serial: 'two', size: 64 },
]

const playbook = `- hosts: all
  gather_facts: false
  tasks:
    - {name: a file with a secret, copy: {content: "{{ word }}", dest: /etc/word, mode: "0600"}, tags: secret}
    - {name: a directory, file: {path: /etc/mkdisk/profiles.d, state: directory}, tags: preboot}
    - {name: the settings, copy: {content: "MKDISK_PROFILE=node\\n", dest: /etc/mkdisk/mkdisk.conf}, tags: preboot}
    - name: the profile
      copy:
        content: |
          sets: {first: {first: 1, last: 1}, second: {first: 2, last: 2}}
          volumes:
            scratch: {set: first, level: single, filesystem: ext4, mount: /scratch, key: disk.key}
            data: {set: second, level: single, filesystem: ext4, mount: /data}
        dest: /etc/mkdisk/profiles.d/node.yml
      tags: preboot
    - {name: not at boot, copy: {content: no, dest: /etc/never}, tags: build}
`

test(
  'the hooks of 91preboot and 92mkdisk in a root that they did not make',
  async () => {
    const script = await readFile(join(import.meta.dirname, 'wwinit.guest.sh'), 'utf8')
    const segment = await openSegment('wwinit', { n01: { macs: [mac], bonded: false } })
    const room = await openDiskRoom(specs, ['nvme', 'virtio_pci', 'virtio_net', 'nfsv4'])
    try {
      const exported = join(room.work, 'exported')
      await mkdir(exported)
      await writeFile(join(exported, 'secrets.yml'), 'word: a word of the secrets\n', { mode: 0o600 })
      await writeFile(join(exported, 'disk.key'), key, { mode: 0o600 })
      await serveNfs(segment.start, exported, room.work, '/warewulf/secrets')
      const files = {
        '/hooks/preboot.sh': await readFile(join(hooks, '91preboot/preboot.sh'), 'utf8'),
        '/hooks/mkdisk.sh': await readFile(join(hooks, '92mkdisk/mkdisk.sh'), 'utf8'),
        '/image/.buildinfo': 'Playbook: site.yml\n',
        '/image/container_repo/ansible/site.yml': playbook,
        '/keys-of-the-export': key,
      }
      const guest = await room.start(script, files, {
        cards: segment.cards('n01'),
        namespace: segment.namespace,
        args: 'root=wwclient wwinit.uri=http://10.77.0.1:9873/provision/02:00:00:00:00:01',
      })
      const console = await guest.ended
      assertChecks(console, script)
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
