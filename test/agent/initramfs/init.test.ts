import { chmod, copyFile, mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { readBegun } from '../../../agent/initramfs/drivers.ts'
import { execute } from '../../../engine/process.ts'
import { temporaryDirectory, writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent initramfs init')
const script = join(import.meta.dirname, '../../../agent/initramfs/init')

/** What the agent may leave behind; busybox' `ps` would need more than this root has. */
const agent = `#!/bin/busybox sh
[ "$1" = init ] || exit 9
(busybox sleep 0.1 &)
busybox sleep 0.3
until [ -s /tmp/asked ]; do busybox sleep 0.05; done
zombies=$(busybox cat /proc/[0-9]*/status | busybox grep -c '^State:.*Z')
echo "agent: parent $PPID, core $(ulimit -c), zombies $zombies"
busybox mkdir -p /run/prelude
echo /lib/systemd/systemd > /run/prelude/init
exit 0
`

/** A device appears with the driver of another; a driver is broken. */
const modprobe = `#!/bin/busybox sh
echo "$*" >> /called
busybox mkdir -p /sys/bus/virtio/devices/two
echo 'virtio:two' > /sys/bus/virtio/devices/two/modalias
[ "$1" = softdog ] && echo 'modprobe: ERROR: it is broken' >&2
`

/** A root with one shell; `switch_root` says how it was started. */
const makeRoot = async (root: string, shell: string): Promise<void> => {
  await writeFiles(root, {
    'usr/lib/prelude/prelude-agent': { text: agent, mode: 0o755 },
    'dev/loop-control': '',
    'dev/null': '', // what a shell gives a process in the background to read
    'sys/bus/pci/devices/one/modalias': 'pci:v00001AF4d*\n',
    'sys/bus/cpu/devices/cpu0/modalias': 'cpu:type:x86,feature:*\n',
    'sys/bus/cpu/devices/cpu1/modalias': 'cpu:type:x86,feature:*\n',
    'usr/bin/mount': { text: '#!/bin/busybox sh\necho "mount: $*"\n', mode: 0o755 },
    'usr/sbin/modprobe': { text: modprobe, mode: 0o755 },
    'usr/sbin/switch_root': { text: '#!/bin/busybox sh\necho "switch_root: pid $$:" "$@"\n', mode: 0o755 },
  })
  for (const made of ['bin', 'proc', 'run', 'tmp']) await mkdir(join(root, made))
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

/** The kernel is the machine's own: its /proc is read-only there, so nothing can restart the machine. */
const boots = (directory: string, ...args: readonly string[]) =>
  execute('unshare', [
    ...['--pid', '--fork', '--mount', 'sh', '-c'],
    'mount -t proc -o ro proc "$1/proc" && cd "$1" && shift && exec chroot . /init "$@"',
    ...['sh', directory, ...args],
  ])

// an image's /bin/sh may be either
for (const shell of ['dash', 'bash'])
  test(`${shell}: PID 1 runs the agent, reaps what it leaves behind and becomes the real init`, async () => {
    const { directory, remove } = await temporaryDirectory()
    try {
      await makeRoot(directory, shell)
      const { stdout } = await boots(directory, 'single', '3')
      assert.is(
        stdout,
        [
          'mount: -t proc -o nosuid,nodev,noexec proc /proc',
          'mount: --all',
          'agent: parent 1, core 0, zombies 0',
          'switch_root: pid 1: /sysroot /lib/systemd/systemd single 3\n',
        ].join('\n'),
      )
      const left = (name: string) => readFile(join(directory, name), 'utf8')
      assert.equal((await left('called')).trimEnd().split('\n'), [
        '--all --quiet --use-blacklist -- cpu:type:x86,feature:* pci:v00001AF4d*',
        '--all --quiet --use-blacklist -- virtio:two',
        'softdog',
      ])
      assert.equal(await readBegun(join(directory, 'tmp')), {
        asked: ['cpu:type:x86,feature:*', 'pci:v00001AF4d*', 'virtio:two'],
        complaints: ['modprobe: ERROR: it is broken'],
      })
    } finally {
      await remove()
    }
  })

test('without its early file system the node restarts, and says why', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await makeRoot(directory, 'dash')
    await writeFiles(directory, {
      'usr/bin/mount': { text: '#!/bin/busybox sh\n[ "$1" != --all ]\n', mode: 0o755 },
      'usr/bin/sleep': { text: '#!/bin/busybox sh\necho "sleep $1"\n', mode: 0o755 },
    })
    const { code, stdout } = await boots(directory)
    assert.is(code, 1)
    assert.match(
      stdout,
      /^prelude: the early file system cannot be mounted\n.*^sleep 20\nprelude: the node restarts$/ms,
    )
    assert.not.match(stdout, /agent: parent/)
  } finally {
    await remove()
  }
})

test('it is a script of plain shell', async () => {
  for (const shell of ['dash', 'bash']) assert.is((await execute(shell, ['-n', script])).code, 0)
})

test.run()
