import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import type { LabNode } from '../../../provisioner/lab/options.ts'
import { addPort, parsePorts, planPorts, portsOf } from '../../../provisioner/lab/switch.ts'
import { suite } from '../../suite.ts'

const test = suite('lab switch')

const output = (name: string) => readFileSync(new URL(`openvswitch/${name}.txt`, import.meta.url), 'utf8')

const node = (name: string, bonded: boolean): LabNode => ({
  name,
  nics: [
    { mac: '02:00:00:00:00:01', model: 'virtio' },
    { mac: '02:00:00:00:00:02', model: 'virtio' },
  ],
  disks: [],
  memory: 1024,
  cpus: 1,
  bonded,
})

test('the ports of a bonded node are one LACP bond that falls back to the first', () => {
  const [port, ...others] = portsOf(node('n01', true))
  assert.equal(others, [])
  const args = addPort(port ?? { name: '', interfaces: [] })
  assert.equal(args.slice(0, 5), ['add-bond', 'br0', 'bond-n01', 'n01-0', 'n01-1'])
  for (const setting of ['lacp=active', 'other_config:lacp-time=fast', 'other_config:bond-primary=n01-0'])
    assert.ok(args.includes(setting), setting)
  assert.ok(args.includes('other_config:lacp-fallback-ab=true'))
})

test('the ports of a node without bond stand alone', () => {
  assert.equal(portsOf(node('n01', false)).map(addPort), [
    ['add-port', 'br0', 'n01-0'],
    ['add-port', 'br0', 'n01-1'],
  ])
})

test('the ports of a real switch are read', () => {
  const ports = parsePorts(output('ports'), output('interfaces'))
  assert.equal(
    ports.map(({ name, interfaces }) => [name, interfaces.toSorted()]),
    [
      ['br0', ['br0']],
      ['bond-n01', ['n01-0', 'n01-1']],
      ['bond-n02', ['n02-0', 'n02-1']],
    ],
  )
})

test('only what differs is plugged', () => {
  const present = parsePorts(output('ports'), output('interfaces'))
  const same = planPorts([node('n01', true), node('n02', true)].flatMap(portsOf), present)
  assert.equal(same, { remove: [], add: [] })

  const changed = planPorts([node('n02', false), node('n01', true), node('n03', true)].flatMap(portsOf), present)
  assert.equal(
    changed.remove.map(({ name }) => name),
    ['bond-n02'],
  )
  assert.equal(
    changed.add.map(({ name }) => name),
    ['n02-0', 'n02-1', 'bond-n03'],
  )
})

test.run()
