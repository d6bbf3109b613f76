import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../engine/process.ts'
import { suite } from '../suite.ts'
import { startGuest } from './guest.ts'
import { makeFurtherInitrd, makeInitrd } from './initrd.ts'
import { openSegment } from './segment.ts'

const test = suite('agent guests')
const root = join(import.meta.dirname, '..', '..')

const init = `#!/usr/bin/busybox sh
mkdir -p /usr/local/bin
/usr/bin/busybox --install -s /usr/local/bin
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in virtio_pci virtio_net e1000; do modprobe $module; done
cat /further
grep -o 'word=.*' /proc/cmdline
ip address add 10.77.0.2/24 dev eth0
ip link set eth0 up
ip link set eth1 up
until [ "$(cat /sys/class/net/eth0/carrier)" = 1 ]; do sleep 0.1; done
prelude-agent diagnose
until ping -c 1 -W 1 10.77.0.1; do :; done
echo 'pull it'
while [ "$(cat /sys/class/net/eth1/carrier)" = 1 ]; do sleep 0.1; done
echo 'pulled'
read word
echo "heard $word"
sleep 1000
`

test('a guest has cards on a segment, a console to type on, cables to pull and a power switch', async () => {
  await tool(join(root, 'scripts/launch'), ['agent', '--version'])
  const work = await mkdtemp('/var/tmp/prelude-guest-')
  const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02']
  const segment = await openSegment('guest', { n01: { macs, bonded: false } })
  try {
    const first = await makeInitrd(
      {
        programs: ['busybox', 'ip', 'modprobe'],
        modules: ['virtio_pci', 'virtio_net', 'e1000'],
        files: { '/init': init },
      },
      work,
    )
    const further = await makeFurtherInitrd({ '/further': 'the further initrd\n' }, work, 'further')
    const [one, two] = segment.cards('n01')
    const guest = await startGuest({
      initrds: [first, further],
      cards: [one!, { ...two!, model: 'e1000' }],
      namespace: segment.namespace,
      memory: 512,
      args: 'word=given',
      timeout: 120_000,
    })
    await guest.shows(/the further initrd\nword=given\n/, 60_000)
    await guest.shows(/card +eth0 +02:00:00:00:00:01 +link/, 30_000)
    await guest.shows(/pull it/, 30_000)
    await guest.cable(1, 'pulled')
    await guest.shows(/pulled/, 10_000)
    guest.type('hello\n')
    await guest.shows(/heard hello/, 10_000)
    await guest.kill()
    assert.not.match(await guest.ended, /Kernel panic/)
  } finally {
    await segment.close()
    await rm(work, { recursive: true, force: true })
  }
}, 180_000)

test.run()
