import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { leaveToNetworkManager, parseIfcfg, parseKeyfile } from '../../../agent/network/networkmanager.ts'
import { createLog, type LogEntry } from '../../../engine/log.ts'
import { writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent hand-over to NetworkManager')

const golden = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, '../../provisioner/overlay/golden', name), 'utf8')

/** The files of a golden file of a stock overlay. */
const filesOf = async (name: string): Promise<readonly string[]> => (await golden(name)).split(/^=== .*\n/m).slice(1)

test('the profiles of both stock overlays are for the same devices, with the same UUIDs', async () => {
  const keyfiles = (await filesOf('network_networkmanager.n1.txt')).map(parseKeyfile)
  const isIfcfg = (text: string) => text.includes('DEVICE=')
  const ifcfgs = (await filesOf('network_ifcfg.n1.txt')).filter(isIfcfg).map(parseIfcfg)
  assert.equal(
    keyfiles.map((profile) => profile?.device),
    ['eno1', 'eno2', undefined, undefined, 'bond0', 'bond0.42'],
    'those that do not start by themselves are nobody’s',
  )
  assert.equal(ifcfgs, keyfiles)
})

const uuid = (last: number): string => `df303106-50ba-5a33-89c4-c20c0333c73${last}`

test('what is no profile of a device is none', () => {
  const section = (text: string) => parseKeyfile(`[connection]\n${text}`)
  const whole = `uuid = ${uuid(1)} \ninterface-name=bond0\n`
  assert.equal(section(whole), { device: 'bond0', uuid: uuid(1) })
  assert.equal(section(`#interface-name=eth0\n${whole}[ipv4]\nuuid=x\n`), { device: 'bond0', uuid: uuid(1) })
  for (const text of ['', `uuid=${uuid(1)}`, 'interface-name=bond0', `${whole}autoconnect=false`, `${whole}uuid=../x`])
    assert.is(section(text), undefined, text)
  assert.is(parseKeyfile(whole), undefined, 'outside of its section')
  assert.equal(parseIfcfg(`DEVICE="bond0"\nUUID='${uuid(1)}'\nONBOOT=yes\n`), { device: 'bond0', uuid: uuid(1) })
})

test('NetworkManager is left the links of the boot that are up and have one profile', async () => {
  const work = await mkdtemp(join(tmpdir(), 'prelude-nm-'))
  try {
    const connections = 'root/etc/NetworkManager/system-connections'
    const keyfile = (device: string, last: number) => `[connection]\nuuid=${uuid(last)}\ninterface-name=${device}\n`
    const link = (name: string, index: number, flags: string) => ({
      [`links/${name}/ifindex`]: `${index}\n`,
      [`links/${name}/flags`]: `${flags}\n`,
    })
    await writeFiles(work, {
      ...link('bond0', 7, '0x1443'),
      ...link('eth0', 2, '0x1843'),
      ...link('eth1', 3, '0x1002'),
      ...link('eth2', 4, '0x1003'),
      ...link('eth3', 5, '0x1003'),
      [`${connections}/bond0.nmconnection`]: keyfile('bond0', 0),
      [`${connections}/eth0.nmconnection`]: keyfile('eth0', 1),
      [`${connections}/eth1.nmconnection`]: keyfile('eth1', 2),
      [`${connections}/eth2.nmconnection`]: keyfile('eth2', 3),
      [`${connections}/another.nmconnection`]: keyfile('eth2', 4),
      [`${connections}/eth3.nmconnection`]: keyfile('eth3', 5),
      [`${connections}/gone.nmconnection`]: keyfile('eth9', 6),
      [`${connections}/bond0.old`]: keyfile('bond0', 8),
    })
    const entries: LogEntry[] = []
    const state = join(work, 'state')
    const left = await leaveToNetworkManager({
      root: join(work, 'root'),
      devices: ['eth0', 'eth1', 'eth2', 'eth9', 'bond0'],
      log: createLog((entry) => entries.push(entry)),
      state,
      links: join(work, 'links'),
    })
    assert.equal(left, ['eth0', 'bond0'])
    assert.equal((await readdir(state)).sort(), ['2', '7'])
    assert.is(await readFile(join(state, '7'), 'utf8'), `[device]\nmanaged=true\nconnection-uuid=${uuid(0)}\n`)
    assert.is(entries.length, 1)
  } finally {
    await rm(work, { recursive: true })
  }
})

test('a root without NetworkManager has nothing left to it', async () => {
  const work = await mkdtemp(join(tmpdir(), 'prelude-nm-'))
  try {
    const log = createLog(() => assert.unreachable())
    assert.equal(await leaveToNetworkManager({ root: work, devices: ['lo'], log, state: join(work, 'state') }), [])
    assert.equal(await readdir(work), [])
  } finally {
    await rm(work, { recursive: true })
  }
})

test.run()
