import { chmod, copyFile, mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute, tool } from '../../../engine/process.ts'
import { temporaryDirectory, writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent initramfs init')
const script = join(import.meta.dirname, '../../../agent/initramfs/init')

/** What the agent may leave behind; busybox' `ps` would need more than this root has. */
const agent = `#!/bin/busybox sh
[ "$1" = init ] || exit 9
(busybox sleep 0.1 &)
busybox sleep 0.3
until [ -s /asked ]; do busybox sleep 0.05; done
zombies=$(busybox cat /proc/[0-9]*/status | busybox grep -c '^State:.*Z')
echo "agent: parent $PPID, core $(ulimit -c), zombies $zombies"
busybox mkdir -p /run/prelude
echo /lib/systemd/systemd > /run/prelude/init
exit 0
`

/** A root with one shell; `switch_root` says how it was started. */
const makeRoot = async (root: string, shell: string): Promise<void> => {
  await writeFiles(root, {
    'usr/lib/prelude/prelude-agent': { text: agent, mode: 0o755 },
    'dev/null': '', // what a shell gives a process in the background to read
    'sys/bus/pci/devices/one/modalias': 'pci:v00001AF4d*\n',
    'sys/bus/cpu/devices/cpu0/modalias': 'cpu:type:x86,feature:*\n',
    'sys/bus/cpu/devices/cpu1/modalias': 'cpu:type:x86,feature:*\n',
    'usr/bin/mount': { text: '#!/bin/busybox sh\necho "mount: $*"\n', mode: 0o755 },
    'usr/sbin/modprobe': { text: '#!/bin/busybox sh\necho "$*" > /asked\n', mode: 0o755 },
    'usr/sbin/switch_root': { text: '#!/bin/busybox sh\necho "switch_root: pid $$:" "$@"\n', mode: 0o755 },
  })
  for (const made of ['bin', 'proc', 'run']) await mkdir(join(root, made))
  await copyFile('/bin/busybox', join(root, 'bin/busybox'))
  await copyFile(script, join(root, 'init'))
  await chmod(join(root, 'init'), 0o755)
  await symlink('busybox', join(root, 'bin/cat'))
  const { stdout } = await execute('ldd', [`/bin/${shell}`])
  for (const file of stdout.match(/\/\S+/g) ?? []) {
    await mkdir(join(root, dirname(file)), { recursive: true })
    await copyFile(file, join(root, file))
  }
  await copyFile(`/bin/${shell}`, join(root, 'bin/sh'))
}

// an image's /bin/sh may be either
for (const shell of ['dash', 'bash'])
  test(`${shell}: PID 1 runs the agent, reaps what it leaves behind and becomes the real init`, async () => {
    const { directory, remove } = await temporaryDirectory()
    try {
      await makeRoot(directory, shell)
      // the kernel is the machine's own: its /proc is read-only there, so nothing can restart the machine
      const output = await tool('unshare', [
        ...['--pid', '--fork', '--mount', 'sh', '-c'],
        'mount -t proc -o ro proc "$1/proc" && exec chroot "$1" /init single 3',
        ...['sh', directory],
      ])
      assert.is(
        output,
        [
          'mount: -t proc -o nosuid,nodev,noexec proc /proc',
          'mount: -t sysfs -o nosuid,nodev,noexec sysfs /sys',
          'agent: parent 1, core 0, zombies 0',
          'switch_root: pid 1: /sysroot /lib/systemd/systemd single 3\n',
        ].join('\n'),
      )
      const asked = await readFile(join(directory, 'asked'), 'utf8')
      assert.is(asked, '--all --quiet --use-blacklist -- cpu:type:x86,feature:* pci:v00001AF4d*\n')
    } finally {
      await remove()
    }
  })

test('it is a script of plain shell', async () => {
  for (const shell of ['dash', 'bash']) assert.is((await execute(shell, ['-n', script])).code, 0)
})

test.run()
