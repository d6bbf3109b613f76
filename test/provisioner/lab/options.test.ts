import { tmpdir } from 'node:os'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import {
  checkLabOptions,
  type LabNode,
  type LabOptions,
  labNode,
  loadLabOptions,
  sizeInBytes,
} from '../../../provisioner/lab/options.ts'
import { suite } from '../../suite.ts'

const test = suite('lab options')

const node: LabNode = {
  name: 'n01',
  nics: [
    { mac: '02:00:00:00:01:00', model: 'virtio' },
    { mac: '02:00:00:00:01:01', model: 'e1000' },
  ],
  disks: [{ size: '1G', bus: 'virtio' }],
  memory: 2048,
  cpus: 2,
  bonded: true,
}
const options: LabOptions = {
  name: 'demo',
  directory: '/srv/lab',
  address: '10.77.0.1/24',
  nodes: [node],
  acceleration: 'tcg',
}
const [first] = node.nics
const nics = first ? [first] : []

const failureOf = (wrong: LabOptions): Failure => {
  try {
    checkLabOptions(wrong)
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
  throw new Error('the options were accepted')
}

test('right options are accepted', () => {
  checkLabOptions(options)
  checkLabOptions({ ...options, address: 'fd77::1/64', nodes: [{ ...node, bonded: false, nics, disks: [] }] })
})

const wrong: [what: string, options: LabOptions, message: RegExp][] = [
  ['a name with a slash', { ...options, name: '../x' }, /'\.\.\/x' is not a name for a lab/],
  ['an address without prefix', { ...options, address: '10.77.0.1' }, /not an address with a prefix/],
  ['a relative directory', { ...options, directory: 'lab' }, /not absolute/],
  [
    'a directory too deep for a socket',
    { ...options, directory: `/${'d'.repeat(100)}` },
    /bytes long, 107 are possible/,
  ],
  [
    'a node that is no host name',
    { ...options, nodes: [{ ...node, name: 'n,01' }] },
    /'n,01': this is not a host name/,
  ],
  ['a node twice', { ...options, nodes: [node, { ...node }] }, /there twice/],
  ['no interface', { ...options, nodes: [{ ...node, nics: [], bonded: false }] }, /no network interface/],
  ['a bond of one', { ...options, nodes: [{ ...node, nics }] }, /a bond needs two interfaces/],
  [
    'a multicast MAC address',
    { ...options, nodes: [{ ...node, bonded: false, nics: [{ mac: '03:00:00:00:00:01', model: 'virtio' }] }] },
    /'03:00:00:00:00:01' is not the MAC address of an interface/,
  ],
  ['a MAC address twice', { ...options, nodes: [node, { ...node, name: 'n02' }] }, /is also that of n01/],
  [
    'a disk without unit',
    { ...options, nodes: [{ ...node, disks: [{ size: '100', bus: 'nvme' }] }] },
    /'100' is not the size of a disk/,
  ],
  ['too little memory', { ...options, nodes: [{ ...node, memory: 16 }] }, /16 MiB of memory cannot boot/],
  ['half a processor', { ...options, nodes: [{ ...node, cpus: 0.5 }] }, /no processor/],
]

for (const [what, given, message] of wrong)
  test(`${what} is refused with a hint`, () => {
    const failure = failureOf(given)
    assert.match(failure.message, message)
    assert.ok(failure.hint)
  })

test('all problems are reported together', () => {
  const failure = failureOf({ ...options, name: 'A', address: 'x' })
  assert.is(failure.others.length, 1)
})

test('sizes are binary', () => {
  assert.is(sizeInBytes('512M'), 536870912)
  assert.is(sizeInBytes('2T'), 2199023255552)
  for (const size of ['', '0G', '1', '1g', '1GB', '-1G', '1.5G']) assert.is(sizeInBytes(size), undefined, size)
})

test('an unknown node is refused with those that there are', () => {
  try {
    labNode(options, 'n99')
    assert.unreachable()
  } catch (thrown) {
    assert.match((thrown as Failure).hint ?? '', /n01/)
  }
})

test('a directory without a lab is said to be one', () => {
  assert.throws(() => loadLabOptions(`${tmpdir()}/prelude-no-lab`), /no lab is up in/)
})

test.run()
