import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../../engine/process.ts'
import type { Suite } from '../../suite.ts'
import { site } from '../commands/play.ts'
import type { GuestRoot } from './guestroot.ts'

const disks = `- hosts: all
  gather_facts: false
  tasks:
    - mkdisk:
        root: /run/node
        profile: compute
        wipe: "{{ wipe | default(false) }}"
      register: disks
    - debug: {msg: "{{ disks.mode }}: {{ disks.steps | length > 0 }}, {{ disks.disks | length }} disks"}
`

/** The module mkdisk in a playbook, on three disks of a guest. */
export const testMkdisk = (test: Suite, openGuest: () => GuestRoot): void => {
  test(
    'mkdisk in a playbook: disks are made once, kept, wiped when the task says so, and refused as a whole',
    async () => {
      const guest = openGuest()
      const root = join(import.meta.dirname, '../../..')
      await tool(join(root, 'scripts/launch'), ['agent', '--version'])
      await guest.run(`
      ln -s ${root}/dist/prelude-agent /usr/bin/mkdisk
      mkdir -p /run/node/etc/mkdisk/profiles.d; cd /run/node/etc/mkdisk/profiles.d
      echo 'disk_config[1]="raid1:ext4:/system"' >compute; echo 'disk_config[3]="raid0:ext4:/scratch"' >>compute`)
      // all that check mode must not change: what is mounted, the arrays, and of each device the sectors that were written
      const state = async () => {
        const text = await guest.run('sync; cat /proc/mounts /proc/diskstats; cat /proc/mdstat || true')
        return text.replace(/^ +\d+ +\d+ (\S+) (?:\d+ ){6}(\d+) .*$/gm, '$1 $2')
      }
      const uuids = () => guest.run('for name in system scratch; do blkid -p -s UUID -o value /dev/md/$name; done')
      // what a restart leaves: nothing is mounted, no array runs
      const restart = () => guest.run('umount /run/node/system /run/node/scratch; mdadm --quiet --stop --scan')
      const files = { hosts: `node ${guest.variables}\n`, 'site.yml': disks }
      await site(files, async ({ play }) => {
        const plays = async (code: number, patterns: readonly (string | RegExp)[], ...options: string[]) => {
          const { stdout, stderr, code: ended } = await play('-i', 'hosts', ...options, 'site.yml')
          assert.is(ended, code, `${stdout}${stderr}`)
          for (const pattern of patterns) assert.match(`${stdout}${stderr}`, pattern)
        }
        await plays(2, [/site\.yml:4:7: mkdisk: 'wipe' must be true or false/], '-e', 'wipe=perhaps')
        const blank = await state()
        await plays(0, ["create raid1 'system' of /dev/nvme0n1 /dev/nvme1n1", 'changed=1 '], '--check', '--diff')
        assert.is(await state(), blank)
        await plays(0, ['keep: True, 3 disks', 'changed=1 '])
        const made = await uuids()
        assert.match(await guest.run('cat /run/node/etc/fstab'), `UUID=${made.split('\n')[0]} /system ext4`)
        await guest.run('echo kept >/run/node/system/file; echo kept >/run/node/scratch/file')
        await plays(0, ['keep: False, 3 disks', 'changed=0 '])

        await restart()
        await plays(0, ['changed=1 '])
        assert.is(await uuids(), made)
        assert.is(await guest.run('cat /run/node/system/file /run/node/scratch/file'), 'kept\nkept\n')

        await restart()
        await guest.run('wipefs -qa /dev/nvme2n1; mkfs.ext4 -q -L foreign /dev/nvme2n1')
        const foreign = await state()
        await plays(2, ['/dev/nvme2n1', 'foreign', /site\.yml:4/])
        assert.is(await state(), foreign)
        await plays(0, ['wipe: True, 3 disks', 'changed=1 '], '-e', '{"wipe": true}')
        assert.is(await guest.run('find /run/node/system /run/node/scratch -type f'), '')
      })
    },
    5 * 60_000,
  )
}
