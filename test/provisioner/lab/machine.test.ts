import * as assert from 'uvu/assert'
import { machineArguments } from '../../../provisioner/lab/machine.ts'
import type { LabNode, LabOptions } from '../../../provisioner/lab/options.ts'
import { suite } from '../../suite.ts'

const test = suite('lab machine')

const node: LabNode = {
  name: 'n01',
  nics: [
    { mac: '02:00:00:00:01:00', model: 'virtio' },
    { mac: '02:00:00:00:01:01', model: 'e1000' },
  ],
  disks: [
    { size: '1G', bus: 'virtio' },
    { size: '2G', bus: 'nvme' },
  ],
  memory: 1536,
  cpus: 2,
  bonded: true,
}
const options: LabOptions = {
  name: 'demo',
  directory: '/srv/lab,1',
  address: '10.77.0.1/24',
  nodes: [node],
  acceleration: 'tcg',
}
const args = machineArguments(options, node)
/** The values of an option that may be given several times. */
const values = (option: string, from = args) => from.filter((_, index) => from[index - 1] === option)

test('TCG is used with all processor features', () => {
  assert.equal(
    [values('-accel'), values('-cpu'), values('-smp'), values('-m')],
    [['tcg,thread=multi'], ['max'], ['2'], ['1536']],
  )
  const accelerated = machineArguments({ ...options, acceleration: 'kvm' }, node)
  assert.equal([values('-accel', accelerated), values('-cpu', accelerated)], [['kvm'], ['host']])
})

test('NICs are taps in the order of the node, virtio with speed and duplex', () => {
  assert.equal(values('-netdev'), [
    'tap,id=net0,ifname=n01-0,script=no,downscript=no,vnet_hdr=off',
    'tap,id=net1,ifname=n01-1,script=no,downscript=no,vnet_hdr=off',
  ])
  const devices = values('-device')
  assert.is(devices[0], 'virtio-net-pci,speed=10000,duplex=full,netdev=net0,mac=02:00:00:00:01:00,bootindex=1')
  assert.is(devices[1], 'e1000,netdev=net1,mac=02:00:00:00:01:01,bootindex=2')
})

test('disks have a bus, a serial number and a path whose comma is escaped', () => {
  assert.match(values('-drive')[0] ?? '', /^file=\/srv\/lab,,1\/nodes\/n01\/disk0\.img,format=raw,if=none,id=disk0,/)
  assert.equal(values('-device').slice(2, 4), [
    'virtio-blk-pci,drive=disk0,serial=n01-0',
    'nvme,drive=disk1,serial=n01-1',
  ])
})

test('a node with UEFI has its firmware and what that remembers, and speaks over the driver of the firmware', () => {
  assert.equal(
    values('-drive').filter((drive) => drive.includes('pflash')),
    [],
  )
  const uefi = machineArguments(options, { ...node, firmware: 'uefi' })
  const [code = '', variables = ''] = values('-drive', uefi)
  assert.match(code, /^if=pflash,format=raw,readonly=on,file=\/usr\/share\/.*CODE/)
  assert.is(variables, 'if=pflash,format=raw,file=/srv/lab,,1/nodes/n01/firmware-variables.fd')
  const devices = values('-device', uefi)
  assert.match(devices[0] ?? '', /^virtio-net-pci,.*,bootindex=1,romfile=$/)
  assert.match(devices[1] ?? '', /^e1000,.*,bootindex=2$/)
})

test('it boots from the network alone and leaves the terminal', () => {
  assert.match(values('-boot')[0] ?? '', /^order=n,strict=on/)
  assert.ok(args.includes('-daemonize'))
  assert.equal(values('-serial'), ['chardev:console'])
  assert.equal(values('-display'), ['none'])
})

test.run()
