import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../engine/process.ts'
import { suite } from '../suite.ts'
import { runGuest } from './guest.ts'

const test = suite('agent mkdisk on disks')
const root = join(import.meta.dirname, '..', '..')

test(
  'arrays, file systems and moved directories on four disks, over several boots',
  async () => {
    await tool(join(root, 'scripts/launch'), ['agent', '--version'])
    const script = await readFile(join(import.meta.dirname, 'mkdisk.guest.sh'), 'utf8')
    const work = await mkdtemp('/var/tmp/prelude-mkdisk-')
    try {
      const disks = ['0', '1', '2', '3'].map((number) => join(work, `disk${number}`))
      for (const disk of disks) {
        await writeFile(disk, '')
        await truncate(disk, 128 * 1024 ** 2)
      }
      const output = await runGuest({
        programs: [
          'busybox',
          'mdadm',
          'mkfs.ext4',
          'wipefs',
          'blkid',
          'blkdiscard',
          'blockdev',
          'mount',
          'umount',
          'cp',
          'sync',
          'modprobe',
        ],
        modules: ['nvme', 'raid0', 'raid1', 'crc32c_generic', 'ext4'],
        files: {
          '/init': script,
          '/etc/mke2fs.conf': await readFile('/etc/mke2fs.conf', 'utf8'),
        },
        disks,
        work,
        timeout: 10 * 60_000,
      })
      assert.ok(output.includes('end of the guest'), output.slice(-4000))
      const failed = output.indexOf('not ok ')
      assert.ok(failed < 0, output.slice(failed, failed + 3000))
      assert.is(output.match(/^ok /gm)?.length, script.match(/^check '/gm)?.length)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  },
  15 * 60_000,
)

test.run()
