import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Connection } from '../../../../engine/connections/connection.ts'
import { openLocal } from '../../../../engine/connections/local.ts'
import { node_power } from '../../../../engine/modules/node_power/node_power.ts'
import { readParameters } from '../../../../engine/modules/parameters.ts'
import { runModule } from '../../../../engine/modules/runmodule.ts'
import { type Dict, fromPlain } from '../../../../engine/vars/value.ts'
import type { NodePowerParameters } from '../../../../schema/types.ts'
import { suite } from '../../../suite.ts'
import { moduleHost } from '../modulehost.ts'
import { type RedfishServer, startRedfishServer } from './redfishserver.ts'

// By the real curl, from a server that speaks TLS.

const test = suite('node_power by Redfish')
const password = 's3cret\'$x"\\'
let connection: Connection
let server: RedfishServer

test.before(async () => {
  connection = await openLocal()
  server = await startRedfishServer('admin', password)
})
test.after(async () => {
  await server.stop()
  await connection.close()
})

type Surroundings = { check?: boolean; record?: object; environment?: Readonly<Record<string, string>> }

/** Runs the module; `record` is the host's `node_bmc`. */
const run = async (given: object, { check = false, record, environment = {} }: Surroundings = {}) => {
  const plain = moduleHost({ connection, check, role: '/', environment })
  const host = { ...plain, controller: { ...plain.controller, expression: async () => fromPlain(record ?? {}) } }
  const { port, ca } = server
  const own = record ? {} : { type: 'redfish', address: '127.0.0.1', port, ca_path: ca, user: 'admin', password }
  const params = readParameters<NodePowerParameters>(
    node_power.schema,
    fromPlain({ timeout: 5, ...own, ...given }) as Dict,
    host.at,
    'node_power',
  )
  return runModule(node_power, host, params)
}

test('switches on, once', async () => {
  server.power = 'Off'
  assert.is((await run({ state: 'on' }, { check: true })).changed, true)
  assert.equal([server.power, server.calls()], ['Off', []], 'check mode touches nothing')
  const { result, changed, diffs } = await run({ state: 'on' })
  assert.equal([result['power'], changed, server.power], ['on', true, 'On'], String(result.msg))
  assert.equal([diffs[0]?.before, diffs[0]?.after], ['off\n', 'on\n'])
  assert.is((await run({ state: 'on' })).changed, false)
  assert.equal(server.calls(), ['POST On'])
})

for (const [state, before, call, after] of [
  ['off', 'On', 'POST ForceOff', 'Off'],
  ['soft', 'On', 'POST GracefulShutdown', 'Off'],
  ['reset', 'On', 'POST ForceRestart', 'On'],
  ['reset', 'Off', 'POST On', 'On'],
] as const) {
  test(`${state} of what is ${before}`, async () => {
    server.power = before
    server.calls()
    const { result, changed } = await run({ state })
    assert.is(changed, true, String(result.msg))
    assert.equal([server.calls(), server.power], [[call], after])
    assert.is((await run({ state })).changed, state === 'reset')
  })
}

test('boots from the network once', async () => {
  server.calls()
  assert.is((await run({ boot_device: 'pxe' }, { check: true })).changed, true)
  const first = await run({ boot_device: 'pxe' })
  assert.is(first.changed, true, String(first.result.msg))
  assert.equal(server.calls(), ['PATCH {"Boot":{"BootSourceOverrideEnabled":"Once","BootSourceOverrideTarget":"Pxe"}}'])
  assert.is(server.boot['BootSourceOverrideMode'], 'Legacy', "the mode is the firmware's")
  assert.is((await run({ boot_device: 'pxe' })).changed, false)
  assert.is((await run({ boot_device: 'pxe', boot_uefi: true, boot_persistent: true })).changed, true)
  assert.equal(Object.values(server.boot), ['Continuous', 'Pxe', 'UEFI'])
  assert.is((await run({ boot_device: 'none' })).changed, true)
  assert.is((await run({ boot_device: 'none' })).changed, false)
})

test('knows the controller of the host', async () => {
  server.power = 'On'
  const { port, ca } = server
  const record = { type: 'redfish', address: '127.0.0.1', port, user: 'admin', password, ca }
  assert.equal((await run({}, { record })).result['power'], 'on')
  assert.match(String((await run({}, { record: { ...record, type: 'lab' } })).result.msg), /type lab/)
})

test('trusts the certificate that it is told of, or the key', async () => {
  server.power = 'On'
  const { pin } = server
  const record = { type: 'redfish', address: '127.0.0.1', port: server.port, user: 'admin', password }
  assert.match(String((await run({}, { record })).result.msg), /127\.0\.0\.1 does not do it: .*certificate/i)
  assert.is((await run({ pin }, { record })).result['power'], 'on')
  assert.is((await run({}, { record: { ...record, pin } })).result['power'], 'on')
  assert.is((await run({ validate_certs: false }, { record })).result['power'], 'on')
  const wrong = `sha256//${'A'.repeat(43)}=`
  assert.match(String((await run({ pin: wrong, validate_certs: false }, { record })).result.msg), /pinned|key/i)
  assert.match(String((await run({ pin: 'md5//x' })).result.msg), /is no digest of a public key/)
})

test('its credentials are in no argument and no environment, and in nothing that it says', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-curl-'))
  const told = join(directory, 'told')
  writeFileSync(
    join(directory, 'curl'),
    `#!/bin/sh\n{ echo "$@"; env; } >>'${told}'\nPATH=$REAL; export PATH; exec curl "$@"\n`,
    {
      mode: 0o755,
    },
  )
  try {
    server.power = 'Off'
    const real = process.env['PATH'] ?? ''
    const ran = await run({ state: 'on' }, { environment: { PATH: `${directory}:${real}`, REAL: real } })
    assert.is(ran.changed, true, String(ran.result.msg))
    assert.match(readFileSync(told, 'utf8'), '--config')
    assert.not.match(readFileSync(told, 'utf8'), 's3cret')
    assert.not.match(JSON.stringify(ran), 's3cret')
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('says what is wrong', async () => {
  const refused = await run({ state: 'on', password: 'wrong-secret' })
  assert.match(String(refused.result.msg), /answered with 401 the credentials are not valid/)
  assert.not.match(JSON.stringify(refused), /wrong-secret/)
  server.power = 'On'
  const cycled = await run({ state: 'cycle' })
  assert.match(`${cycled.result.msg} ${cycled.failure?.hint}`, /has no PowerCycle it has On, ForceOff/)
  server.systems = ['/redfish/v1/Systems/1', '/redfish/v1/Systems/2']
  assert.match(String((await run({})).result.msg), /it has 2 systems/)
  server.systems = []
  assert.match(String((await run({})).result.msg), /it has no system/)
  server.systems = ['/redfish/v1/Systems/1']
  assert.match(String((await run({ port: 1 })).result.msg), /127\.0\.0\.1 does not do it: curl/)
})

test.run()
