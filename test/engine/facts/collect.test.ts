import { execFileSync } from 'node:child_process'
import * as assert from 'uvu/assert'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import { collectFacts, factNames } from '../../../engine/facts/collect.ts'
import { families } from '../../../engine/facts/families.ts'
import { toPlain, type Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

const tests = suite('facts/collect')

let connection: Connection
let mine: Map<string, Value>
let theirs: Record<string, unknown>

tests.before(async () => {
  connection = await openLocal()
  // a locale for both, as Ansible's Python sets one
  const environment = { ...process.env, LC_ALL: 'C.UTF-8', ANSIBLE_NOCOWS: '1' }
  const output = execFileSync('ansible', ['localhost', '-c', 'local', '-m', 'setup'], {
    encoding: 'utf8',
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  theirs = JSON.parse(output.slice(output.indexOf('{'))).ansible_facts
  mine = await collectFacts(connection, 'all')
})

tests.after(() => connection.close())

/** Lists of which neither says that they have an order. */
const unordered = new Set(['interfaces', 'all_ipv4_addresses', 'all_ipv6_addresses', 'virtualization_tech_guest'])

const sorted = (data: unknown): unknown => {
  if (Array.isArray(data)) return data.map(sorted)
  if (data === null || typeof data !== 'object') return data
  return Object.fromEntries(
    Object.entries(data)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sorted(value)]),
  )
}

const comparable = (name: string, data: unknown): unknown =>
  unordered.has(name) && Array.isArray(data) ? [...data].sort() : sorted(data)

/** Facts that must be exactly Ansible's on the same machine. */
const equal = [
  ...['distribution', 'distribution_version', 'distribution_major_version', 'distribution_minor_version'],
  ...['distribution_release', 'distribution_file_variety', 'distribution_file_path', 'distribution_file_parsed'],
  ...['os_family', 'system', 'kernel', 'kernel_version', 'machine', 'architecture', 'nodename', 'hostname'],
  ...['fqdn', 'domain', 'userspace_bits', 'userspace_architecture', 'machine_id', 'pkg_mgr', 'service_mgr'],
  ...['is_chroot', 'processor', 'processor_count', 'processor_cores', 'processor_threads_per_core'],
  ...['processor_vcpus', 'processor_nproc', 'memtotal_mb', 'swaptotal_mb', 'default_ipv4', 'default_ipv6'],
  ...['dns', 'lo', 'user_id', 'user_uid', 'user_gid', 'user_gecos', 'user_dir', 'user_shell', 'real_user_id'],
  ...['effective_user_id', 'real_group_id', 'effective_group_id', 'cmdline', 'proc_cmdline', 'apparmor', 'fips'],
  ...['lsb', 'python', 'python_version', 'product_name', 'product_serial', 'product_uuid', 'product_version'],
  ...['system_vendor', 'bios_date', 'bios_vendor', 'bios_version', 'board_name', 'chassis_vendor', 'form_factor'],
  ...['iscsi_iqn', 'hostnqn', 'fibre_channel_wwn', 'local', 'lvm', 'virtualization_type', 'virtualization_role'],
  ...['virtualization_tech_guest', 'virtualization_tech_host', 'selinux', 'ssh_host_key_ed25519_public'],
  ...['ssh_host_key_ed25519_public_keytype', 'ssh_host_key_rsa_public'],
]
for (const name of equal) {
  tests(`${name} is Ansible's`, () => {
    const value = mine.get(name)
    assert.equal(
      comparable(name, value === undefined ? undefined : toPlain(value)),
      comparable(name, theirs[`ansible_${name}`]),
    )
  })
}

/** The shape of data: the kinds of its leaves. */
const shapeOf = (data: unknown): unknown => {
  if (Array.isArray(data)) return data.slice(0, 1).map(shapeOf)
  if (data === null || typeof data !== 'object') return data === null ? 'null' : typeof data
  return Object.fromEntries(
    Object.entries(data)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, shapeOf(value)]),
  )
}

for (const name of ['memory_mb', 'memfree_mb', 'date_time', 'uptime_seconds', 'loadavg']) {
  tests(`${name} has Ansible's shape`, () => {
    assert.equal(shapeOf(toPlain(mine.get(name)!)), shapeOf(theirs[`ansible_${name}`]))
  })
}

tests('the environment is the commands', async () => {
  const environment = toPlain((await collectFacts(connection, new Set(['env']))).get('env')!) as Record<string, string>
  assert.is(environment['PATH'], process.env['PATH'])
})

tests('interfaces have the addresses and hardware that Ansible sees', () => {
  const found = (theirs['ansible_interfaces'] as string[]).filter((name) => mine.has(name.replaceAll('-', '_')))
  assert.ok(found.length > 0)
  for (const name of found) {
    const key = name.replaceAll('-', '_')
    const own = toPlain(mine.get(key)!) as Record<string, unknown>
    const other = theirs[`ansible_${key}`] as Record<string, unknown>
    for (const field of [
      'device',
      'macaddress',
      'mtu',
      'active',
      'type',
      'ipv4',
      'ipv6',
      'module',
      'pciid',
      'promisc',
    ]) {
      assert.equal(own[field], other[field], `${name} ${field}`)
    }
  }
})

tests('mounts and devices are those that Ansible sees', () => {
  const paths = (mounts: unknown) =>
    (mounts as { mount: string; device: string; fstype: string }[]).map((m) => `${m.device} ${m.mount} ${m.fstype}`)
  const known = paths(toPlain(mine.get('mounts')!))
  assert.ok(known.length > 0)
  assert.ok(paths(theirs['ansible_mounts']).filter((path) => known.includes(path)).length > 0)
  const own = toPlain(mine.get('devices')!) as Record<string, unknown>
  const other = theirs['ansible_devices'] as Record<string, unknown>
  const steady = Object.keys(other).filter((name) => !name.startsWith('loop'))
  for (const name of steady) assert.equal(shapeOf(own[name]), shapeOf(other[name]), name)
})

tests('only what is asked for is collected', async () => {
  const facts = await collectFacts(connection, new Set(['os_family']))
  assert.is(facts.get('os_family'), mine.get('os_family'))
  assert.ok(facts.has('distribution'))
  assert.is(facts.has('hostname'), false)
  assert.is((await collectFacts(connection, new Set())).size, 0)
})

tests('an interface can be asked for by its name', async () => {
  const facts = await collectFacts(connection, new Set(['lo']))
  assert.is((toPlain(facts.get('lo')!) as { type: string }).type, 'loopback')
  assert.is((await collectFacts(connection, new Set(['no_such_interface']))).get('no_such_interface'), undefined)
})

tests('each fact belongs to one family, which names all that it gives', () => {
  const all = families.flatMap((family) => family.facts)
  assert.is(new Set(all).size, all.length)
  assert.is(factNames.get('os_family'), 'distribution')
  const interfaces = new Set(
    (toPlain(mine.get('interfaces')!) as string[]).map((name) => name.replaceAll(/[-:.]/g, '_')),
  )
  for (const name of mine.keys()) assert.ok(factNames.has(name) || interfaces.has(name), name)
})

tests('the usual facts cost one short script', async () => {
  const usual = new Set([
    'os_family',
    'distribution_major_version',
    'pkg_mgr',
    'service_mgr',
    'hostname',
    'architecture',
  ])
  const scripts: string[] = []
  const run: Connection['run'] = (command, options) => {
    scripts.push(command.text)
    return connection.run(command, options)
  }
  const facts = await collectFacts({ ...connection, run }, usual)
  for (const name of usual) assert.ok(facts.has(name), name)
  assert.is(scripts.length, 1)
  assert.ok(scripts[0]!.length < 8192, `${scripts[0]!.length} characters`)
})

tests.run()
