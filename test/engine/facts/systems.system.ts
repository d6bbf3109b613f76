import * as assert from 'uvu/assert'
import { quote } from '../../../engine/command.ts'
import { collectFacts } from '../../../engine/facts/collect.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import { setup } from '../../../engine/modules/setup/setup.ts'
import { fromPlain, toPlain, type Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import { moduleHost } from '../modules/modulehost.ts'
import { openScratchRoot, type ScratchRoot } from '../modules/scratchroot.ts'
import { systems } from './systems.ts'

const tests = suite('facts/systems')

type Facts = Readonly<Record<string, unknown>>

let root: ScratchRoot

tests.before(async () => {
  root = await openScratchRoot()
  root.run('mkdir -p /etc/ansible/facts.d')
})
tests.after(() => root.close())

/** What ansible-core's own module gives, without the prefix of the names. */
const ansibleFacts = (parameters: Facts = {}): Facts => {
  const input = JSON.stringify({ ANSIBLE_MODULE_ARGS: parameters })
  const output = root.run(`printf %s ${quote(input)} | LC_ALL=C.UTF-8 python3 -m ansible.modules.setup`)
  const facts: Facts = JSON.parse(output).ansible_facts
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name.replace(/^ansible_/, ''), value]))
}

const plain = (facts: Iterable<[string, Value]>): Facts =>
  Object.fromEntries([...facts].map(([name, value]) => [name, toPlain(value)]))

/** Facts that are others at each look, or on a machine with which others work too. */
const unsteady = new Set([
  ...['date_time', 'uptime_seconds', 'loadavg', 'memfree_mb', 'memory_mb', 'swapfree_mb', 'mounts', 'devices'],
  ...['device_links', 'env'],
])

/** Data in which lists and dictionaries of any order are the same. */
const unordered = (data: unknown): unknown => {
  if (Array.isArray(data)) return data.map(unordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (data === null || typeof data !== 'object') return data
  const entries = Object.entries(data).map(([key, value]): [string, unknown] => [key, unordered(value)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What of this machine would tell that it is no other system. */
const cleaning = [
  ...['/etc/*release', '/etc/debian_version', '/etc/products.d', '/usr/bin/apt-get', '/usr/bin/dnf', '/usr/bin/yum'],
  ...['/usr/bin/zypper', '/usr/bin/pacman', '/sbin/apk'],
]

for (const { name, files, programs } of systems) {
  tests(`${name}: all facts are Ansible's`, async () => {
    const writing = Object.entries(files).map(([path, content]) =>
      path.endsWith('@')
        ? `ln -s ${quote(content)} ${path.slice(0, -1)}`
        : `mkdir -p $(dirname ${path}); printf %s ${quote(content)} >${path}`,
    )
    // lsb_release belongs to Debian's kind, and looks at more than the files here.
    const lsb = programs.includes('/usr/bin/apt-get') ? '' : 'rm -f /usr/bin/lsb_release;'
    root.run(
      `rm -rf ${cleaning.join(' ')}; ${lsb} ${[...writing, ...programs.map((one) => `ln -s true ${one}`)].join('; ')}`,
    )
    const theirs = ansibleFacts()
    const ours = plain(await collectFacts(root.connection, 'all'))
    const steady = (facts: Facts) =>
      Object.fromEntries(
        Object.keys(theirs)
          .filter((fact) => fact in ours && !unsteady.has(fact))
          .map((fact) => [fact, unordered(facts[fact])]),
      )
    assert.equal(steady(ours), steady(theirs))
    const missing = Object.keys(theirs).filter((fact) => !(fact in ours))
    assert.equal(missing.sort(), ['gather_subset', 'module_setup'])
  })
}

const setupFacts = async (parameters: Facts): Promise<Facts> => {
  const at = { file: 'case', line: 1, column: 1 }
  const host = moduleHost({ connection: root.connection, check: false, role: '/' })
  const given = fromPlain(parameters) as Map<string, never>
  const { result } = await runModule(setup, host, readParameters(setup.schema, given, at, 'setup'))
  const facts = Object.entries(result.ansible_facts ?? {})
  return Object.fromEntries(facts.map(([name, value]) => [name.replace(/^ansible_/, ''), toPlain(value as Value)]))
}

const choices: readonly Facts[] = [
  { gather_subset: ['all'] },
  { gather_subset: ['min'] },
  { gather_subset: ['!min'] },
  { gather_subset: ['!all'] },
  { gather_subset: ['!all', '!min'] },
  { gather_subset: ['!hardware'] },
  { gather_subset: ['network'] },
  { gather_subset: ['!all', 'network'] },
  { gather_subset: ['hardware', 'virtual'] },
  { gather_subset: ['all', '!network', '!virtual'] },
  { gather_subset: ['!all', '!min', 'mounts'] },
  { gather_subset: ['!all', '!min', 'distribution', 'pkg_mgr'] },
  { gather_subset: ['!all', '!min', 'interfaces'] },
  { gather_subset: ['!all', '!network', 'is_chroot'] },
  { gather_subset: ['!all', '!min', 'date_time', 'local'] },
  { filter: ['ansible_distribution*', 'kernel'] },
  { gather_subset: ['!all'], filter: ['*_version'] },
]

for (const parameters of choices) {
  tests(`${JSON.stringify(parameters)} chooses the facts that Ansible chooses`, async () => {
    const all = await collectFacts(root.connection, 'all')
    const theirs = Object.keys(ansibleFacts(parameters))
    const ours = Object.keys(await setupFacts(parameters))
    const lacks = (names: readonly string[], others: readonly string[]) =>
      names.filter((name) => all.has(name) && !others.includes(name)).sort()
    const beyond = lacks(ours, theirs).filter((name) => name !== 'python') // comes with python_version
    assert.equal({ lacking: lacks(theirs, ours), beyond }, { lacking: [], beyond: [] })
  })
}

/** Local facts by file name: what is printed or written, and whether it is a program. */
const local: Readonly<Record<string, readonly [content: string, isProgram: boolean]>> = {
  'plain.fact': ['{"a": [1, 2.5, null, true], "b": {"c": "é"}}', false],
  'ini.fact': ['# note\n[General]\nRole = Head Node\nempty=\n[second one]\nkey: value = 1\n', false],
  'program.fact': ['#!/bin/sh\necho "{\\"user\\": \\"$(id -un)\\"}"', true],
  'programini.fact': ['#!/bin/sh\nprintf "[s]\\nx=1\\n"', true],
  'failing.fact': ['#!/bin/sh\necho why >&2; exit 3', true],
  'list.fact': ['[1, 2]', false],
  'number.fact': ['5', false],
  'text.fact': ['"text"', false],
  'empty.fact': ['', false],
  'wrong.fact': ['neither of both', false],
  'ignored.txt': ['{}', false],
}

tests('local facts are those that Ansible reads', async () => {
  for (const [name, [content, isProgram]] of Object.entries(local)) {
    root.run(
      `printf %s ${quote(content)} >/etc/ansible/facts.d/${name}; chmod ${isProgram ? 755 : 644} /etc/ansible/facts.d/${name}`,
    )
  }
  const parameters = { gather_subset: ['!all', '!min', 'local'] }
  const told = async (more: Facts = {}) => [
    await setupFacts({ ...parameters, ...more }),
    ansibleFacts({ ...parameters, ...more }),
  ]
  const [ours, theirs] = (await told()).map((facts) => facts?.['local'] as Record<string, unknown>)
  assert.equal(ours, theirs)
  root.run('mkdir -p /opt/facts; cp /etc/ansible/facts.d/plain.fact /opt/facts')
  const [other, same] = await told({ fact_path: '/opt/facts' })
  assert.equal(other?.['local'], same?.['local'])
  const [none, nothing] = await told({ fact_path: '/no/such' })
  assert.equal(none?.['local'], nothing?.['local'])
})

tests.run()
