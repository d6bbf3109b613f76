import * as assert from 'uvu/assert'
import type { Connection } from '../../../../engine/connections/connection.ts'
import { openLocal } from '../../../../engine/connections/local.ts'
import { node_power } from '../../../../engine/modules/node_power/node_power.ts'
import { readParameters } from '../../../../engine/modules/parameters.ts'
import { runModule } from '../../../../engine/modules/runmodule.ts'
import { type Dict, fromPlain } from '../../../../engine/vars/value.ts'
import { suite } from '../../../suite.ts'
import { moduleHost } from '../modulehost.ts'
import { type IpmiSimulator, startIpmiSimulator } from './ipmisimulator.ts'

// Against a simulated controller, by the real ipmitool.

const test = suite('node_power')
const password = "s3cret'$x"
let connection: Connection
let simulator: IpmiSimulator

test.before(async () => {
  connection = await openLocal()
  simulator = await startIpmiSimulator('admin', password)
})
test.after(async () => {
  simulator.stop()
  await connection.close()
})

/** Runs the module; `record` is the host's `node_bmc`. */
const run = async (given: object, { check = false, record }: { check?: boolean; record?: object } = {}) => {
  const plain = moduleHost({ connection, check, role: '/' })
  const expression = async () => fromPlain(record ?? {})
  const host = { ...plain, controller: { ...plain.controller, expression } }
  const address = record ? {} : { address: '127.0.0.1', port: simulator.port, user: 'admin', password }
  const params = fromPlain({ timeout: 5, cipher_suite: 3, ...address, ...given }) as Dict
  return runModule(node_power, host, readParameters(node_power.schema, params, host.at, 'node_power'))
}

test('tells the state of the power', async () => {
  simulator.set('power', '1')
  const { result, changed } = await run({})
  assert.equal([result['power'], changed, result.failed ?? false], ['on', false, false], String(result.msg))
})

test('switches on, once', async () => {
  simulator.set('power', '0')
  assert.is((await run({ state: 'on' }, { check: true })).changed, true)
  assert.is(simulator.get('power'), '0', 'check mode touches nothing')
  const { result, changed, diffs } = await run({ state: 'on' })
  assert.equal([result['power'], changed, simulator.get('power')], ['on', true, '1'], String(result.msg))
  assert.equal([diffs[0]?.before, diffs[0]?.after], ['off\n', 'on\n'])
  assert.is((await run({ state: 'on' })).changed, false)
})

test('switches off at once, or lets the system shut down', async () => {
  for (const [state, call] of [
    ['off', 'power 0'],
    ['soft', 'shutdown 1'],
  ] as const) {
    simulator.set('power', '1')
    simulator.calls()
    const { result, changed } = await run({ state })
    assert.equal([result['power'], changed, simulator.get('power')], ['off', true, '0'], String(result.msg))
    assert.equal(simulator.calls(), [call])
    assert.is((await run({ state })).changed, false)
  }
})

test('restarts each time, and starts what is off', async () => {
  simulator.set('power', '1')
  simulator.calls()
  assert.is((await run({ state: 'reset' })).changed, true)
  assert.equal(simulator.calls(), ['reset 1'])
  simulator.set('power', '0')
  assert.is((await run({ state: 'reset' })).changed, true)
  assert.equal(simulator.calls(), ['power 1'])
})

test('boots from the network once', async () => {
  simulator.set('boot', 'none')
  const first = await run({ boot_device: 'pxe' })
  assert.equal([first.changed, simulator.get('boot')], [true, 'pxe'], String(first.result.msg))
  assert.is((await run({ boot_device: 'pxe' })).changed, false)
})

test('knows the controller of the host', async () => {
  simulator.set('power', '1')
  const record = { address: '127.0.0.1', port: simulator.port, user: 'admin', password }
  assert.is((await run({}, { record })).result['power'], 'on')
  const lab = await run({}, { record: { type: 'lab' } })
  assert.match(`${lab.result.msg} ${lab.failure?.hint}`, /type lab.*provision lab/)
  assert.match(String((await run({}, { record: {} })).result.msg), /needs 'address'/)
})

test('says what is wrong, and no password', async () => {
  const refused = await run({ state: 'on', password: 'wrong-secret' })
  assert.match(String(refused.result.msg), /127\.0\.0\.1 does not do it: .*(session|password|RAKP)/i)
  assert.not.match(JSON.stringify(refused), /wrong-secret/)
  assert.match(String((await run({ address: '-H evil' })).result.msg), /can be none of a controller/)
})

test.run()
