import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { hasCarrier, isSettled, linkNames, listCards } from '../../../agent/network/cards.ts'
import { isMtuLarge } from '../../../agent/network/mtu.ts'
import { temporaryDirectory, writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent network cards')

const root = mkdtempSync(join(tmpdir(), 'prelude-cards-'))
test.after(() => rmSync(root, { recursive: true }))

const sys = join(root, 'net')
const file = (path: string, content: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), `${content}\n`)
}

// as sysfs has them: two members of a bond show its address, and a file stands among the interfaces
file('net/bonding_masters', 'bond0')
file('net/bond0/address', '02:00:00:00:00:01')
for (const [device, mac, carrier] of [
  ['eth10', '02:00:00:00:00:0A', '1'],
  ['eth2', '02:00:00:00:00:02', '0'],
] as const) {
  file(`net/${device}/address`, '02:00:00:00:00:01')
  file(`net/${device}/bonding_slave/perm_hwaddr`, mac)
  file(`net/${device}/carrier`, carrier)
  file(`net/${device}/ifindex`, device === 'eth10' ? '2' : '3')
  symlinkSync('../../devices', join(sys, device, 'device'))
}

test('[B13] cards by their own addresses, without bonds and without the file among them', async () => {
  assert.equal(await listCards(sys), [
    { device: 'eth10', mac: '02:00:00:00:00:0a' },
    { device: 'eth2', mac: '02:00:00:00:00:02' },
  ])
  assert.equal((await linkNames(sys)).toSorted(), ['bond0', 'eth10', 'eth2'])
})

test('carrier; a link that is down has none to read', async () => {
  assert.is(await hasCarrier('eth10', sys), true)
  assert.is(await hasCarrier('eth2', sys), false)
  assert.is(await hasCarrier('bond0', sys), false)
})

test('a card is settled when udev has looked at it, or when there is no udev', async () => {
  const udev = join(root, 'udev')
  assert.is(await isSettled('eth10', sys, udev), true)
  file('udev/control', '')
  assert.is(await isSettled('eth10', sys, udev), false)
  file('udev/data/n2', '')
  assert.is(await isSettled('eth10', sys, udev), true)
  assert.is(await isSettled('eth2', sys, udev), false)
})

test('the size of frames is worth a look when a link has a larger one than usual; the loopback always has', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFiles(directory, { 'lo/mtu': '65536\n', 'eth0/mtu': '1500\n', bonding_masters: 'bond0\n' })
    assert.not(await isMtuLarge(directory))
    await writeFiles(directory, { 'bond0/mtu': '9000\n' })
    assert.ok(await isMtuLarge(directory))
  } finally {
    await remove()
  }
})

test.run()
