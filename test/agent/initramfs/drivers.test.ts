import * as assert from 'uvu/assert'
import {
  type Begun,
  createDrivers,
  deal,
  parseModules,
  readAliases,
  readBegun,
} from '../../../agent/initramfs/drivers.ts'
import { createLog } from '../../../engine/log.ts'
import { temporaryDirectory, writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'
import { until } from '../../until.ts'

const test = suite('agent initramfs drivers')

test('aliases of all buses are read; a device without one is none', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFiles(directory, {
      'bus/pci/devices/0000:00:03.0/modalias': 'pci:v00001AF4d00001000\n',
      'bus/pci/devices/0000:00:04.0/modalias': 'pci:v00001AF4d00001000\n',
      'bus/virtio/devices/virtio0/modalias': 'virtio:d00000001v00001AF4\n',
      'bus/virtio/devices/virtio1/modalias': '',
      'bus/cpu/devices/cpu0/uevent': 'DRIVER=processor\n',
    })
    assert.equal([...readAliases(directory)].sort(), ['pci:v00001AF4d00001000', 'virtio:d00000001v00001AF4'])
    assert.is(readAliases(`${directory}/none`).size, 0)
  } finally {
    await remove()
  }
})

test('values are dealt out evenly, and no group is empty', () => {
  assert.equal(deal(['a', 'b', 'c', 'd', 'e'], 2), [
    ['a', 'c', 'e'],
    ['b', 'd'],
  ])
  assert.equal(deal(['a'], 4), [['a']])
  assert.equal(deal([], 4), [])
})

test('/proc/modules names what is loaded', () => {
  const text = 'virtio_net 73728 0 - Live 0x0\nfailover 16384 1 net_failover, Live 0x0\n'
  assert.equal([...parseModules(text)], ['virtio_net', 'failover'])
})

const machine = (begun?: Begun) => {
  const lines: string[] = []
  const aliases = new Set(['pci:one', 'pci:two'])
  const asked: string[] = []
  const modules = new Set<string>()
  const drivers = createDrivers(
    createLog(({ text }) => lines.push(text)),
    {
      begun: async () => begun,
      interval: 1,
      aliases: () => new Set(aliases),
      loaded: async () => new Set(modules),
      modprobe: async (wanted) => {
        asked.push(...wanted)
        for (const alias of wanted) modules.add(`driver_of_${alias}`)
        if (wanted.includes('pci:one')) aliases.add('virtio:behind one') // a device appears with the driver of another
        return wanted.includes('pci:two') ? 'modprobe: ERROR: two is broken' : ''
      },
    },
  )
  return { drivers, lines, aliases, asked }
}

test('each alias is asked for once, those behind a driver too, and complaints are shown', async () => {
  const { drivers, asked, lines } = machine()
  await drivers.load()
  assert.equal([...asked].sort(), ['pci:one', 'pci:two', 'virtio:behind one'])
  await drivers.load()
  assert.is(asked.length, 3)
  assert.ok(lines.includes('modprobe: ERROR: two is broken'))
  assert.ok(lines.includes('drivers: driver_of_pci:one driver_of_pci:two driver_of_virtio:behind one'))
})

test('what the script /init has asked for is not asked for again, and its complaints are told', async () => {
  const { drivers, asked, lines } = machine({ asked: ['pci:one'], complaints: ['modprobe: ERROR: one is broken'] })
  await drivers.load()
  assert.equal(asked, ['pci:two'])
  assert.ok(lines.includes('modprobe: ERROR: one is broken'))
})

test('where it has asked for all, nothing is loaded', async () => {
  const { drivers, asked, lines } = machine({ asked: ['pci:one', 'pci:two'], complaints: [] })
  await drivers.load()
  assert.equal(asked, [])
  assert.equal(lines, [])
})

test('what it leaves counts when it is whole', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    assert.is(await readBegun(directory), undefined)
    await writeFiles(directory, { asked: ' pci:one cpu:type:x86,feature:* ', complaints: 'no such module\n' })
    assert.is(await readBegun(directory), undefined)
    await writeFiles(directory, { asked: ' pci:one cpu:type:x86,feature:* \n' })
    assert.equal(await readBegun(directory), {
      asked: ['pci:one', 'cpu:type:x86,feature:*'],
      complaints: ['no such module'],
    })
  } finally {
    await remove()
  }
})

test('a device that comes late gets its driver', async () => {
  const { drivers, aliases, asked } = machine()
  await drivers.load()
  const stop = new AbortController()
  const watching = drivers.watch(stop.signal)
  aliases.add('pci:late')
  await until(() => asked.includes('pci:late'))
  stop.abort()
  await watching
  assert.is(asked.length, 4)
})

test('a driver that hangs is not waited for for ever', async () => {
  const lines: string[] = []
  const hanging = Promise.withResolvers<string>()
  const drivers = createDrivers(
    createLog(({ text }) => lines.push(text)),
    {
      patience: 5,
      aliases: () => new Set(['pci:hangs']),
      loaded: async () => new Set(),
      modprobe: () => hanging.promise,
    },
  )
  await drivers.load()
  assert.ok(lines.includes('some take longer than 0.005 s; going on'))
  hanging.resolve('')
})

test.run()
