import { execFileSync } from 'node:child_process'
import { chmod, lstat, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { renderFailure } from '../../../engine/report/failure.ts'
import { digestOfEntries, packEntries } from '../../../provisioner/overlay/pack.ts'
import { renderNode, renderOverlay } from '../../../provisioner/overlay/render.ts'
import { overlayNames, readOverlay } from '../../../provisioner/overlay/source.ts'
import { suite } from '../../suite.ts'
import { type Fixture, makeFixture, writeFiles } from '../fixture.ts'

const test = suite('overlays')
let fixture: Fixture
test.beforeEach(async () => {
  fixture = await makeFixture()
})
test.afterEach(() => fixture.remove())

type Files = Parameters<typeof writeFiles>[1]

const withOverlay = async (name: string, files: Files) => writeFiles(join(fixture.inventory, 'overlays', name), files)
const render = (name: string, node = 'n01') =>
  renderOverlay(fixture.site, fixture.state, fixture.site.nodes.get(node)!, name)
const texts = async (name: string) =>
  Object.fromEntries(
    (await render(name)).filter(({ type }) => type === 'file').map(({ path, content }) => [path, content.toString()]),
  )

const failureOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run()
    return 'nothing failed'
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return renderFailure(thrown, { directory: fixture.directory })
  }
}

test('the ending says how a file is rendered', async () => {
  await withOverlay('own', {
    'etc/plain': '{{ not a template }}',
    'etc/m.mustache': '{{node.name}} {{vars.greeting}} <&> {{{node.fqdn}}}',
    'etc/j.j2': '{{ node.name }} {{ greeting | upper }} {{ interfaces | length }}',
  })
  assert.equal(await texts('own'), {
    'etc/plain': '{{ not a template }}',
    'etc/m': 'n01 hello <&> n01.test',
    'etc/j': 'n01 HELLO 3',
  })
})

test('node is the record of the node', async () => {
  await withOverlay('own', {
    'etc/m.mustache': '{{node.image}} {{node.networks.bond0.mode}} {{node.kernel_args}} {{node.mac}}',
    'etc/j.j2': "{{ node.networks.bond0.members | join(',') }} {{ hostvars['n03'].node.networks.eno1.address }}",
  })
  assert.equal(await texts('own'), {
    'etc/m': 'compute 802.3ad console=ttyS0 iommu=pt 52:54:00:00:01:01',
    'etc/j': 'eno1,eno2 10.9.0.3/24',
  })
})

test('a list in a path makes a file for each of its items', async () => {
  await withOverlay('own', { 'etc/net/{{interfaces.name}}.conf.mustache': '{{type}} of {{node.name}}' })
  assert.equal(await texts('own'), {
    'etc/net/eno1.conf': 'ethernet of n01',
    'etc/net/eno2.conf': 'ethernet of n01',
    'etc/net/bond0.conf': 'bond of n01',
  })
})

test('a template that gives nothing gives no file; an empty plain file is one', async () => {
  await withOverlay('own', { 'etc/none.mustache': '{{#dns}}x{{/dns}}\n', 'etc/empty': '' })
  assert.equal(await texts('own'), { 'etc/empty': '' })
})

test('modes are those of the source, or of overlay.yml', async () => {
  await withOverlay('own', {
    'overlay.yml': 'description: mine\nmodes:\n  "etc/secret*": "0600"\n  etc: "0700"\n',
    'etc/secret.key': 'x',
    'etc/script': { text: '#!/bin/sh\n', mode: 0o755 },
  })
  const modes = Object.fromEntries((await render('own')).map(({ path, mode }) => [path, mode.toString(8)]))
  assert.equal(modes, { etc: '700', 'etc/secret.key': '600', 'etc/script': '755' })
  assert.is((await readOverlay(fixture.inventory, 'own')).description, 'mine')
})

test('one of the site hides a stock one; later ones of a node lie over earlier ones', async () => {
  await withOverlay('hostname', { 'etc/hostname': 'mine\n' })
  await withOverlay('last', { 'etc/hostname': 'last\n', 'etc/other': '' })
  assert.equal(await texts('hostname'), { 'etc/hostname': 'mine\n' })
  const node = fixture.site.nodes.get('n01')!
  const record = { ...node.record, overlays: { system: ['hostname', 'last'] } }
  const entries = await renderNode(fixture.site, fixture.state, { ...node, record }, 'system')
  assert.equal(
    entries.map(({ path, overlay }) => `${path} ${overlay}`),
    ['etc last', 'etc/hostname last', 'etc/other last'],
  )
  const names = await overlayNames(fixture.inventory)
  assert.is(names.filter((name) => name === 'hostname').length, 1)
  assert.ok(names.includes('last') && names.includes('ssh_host_keys'))
})

test('a file where another overlay has a directory is refused', async () => {
  await withOverlay('one', { 'etc/x/y': '' })
  await withOverlay('two', { 'etc/x': '' })
  const node = fixture.site.nodes.get('n01')!
  const record = { ...node.record, overlays: { system: ['one', 'two'] } }
  const said = await failureOf(() => renderNode(fixture.site, fixture.state, { ...node, record }, 'system'))
  assert.match(said, '/etc/x is a directory of overlay one and a file of two')
})

test('mistakes in templates are told with overlay, node, file and line', async () => {
  await withOverlay('own', { 'etc/a.mustache': 'fine\n{{node.nmae}}\n' })
  assert.match(
    await failureOf(() => render('own')),
    /^inventory\/overlays\/own\/etc\/a\.mustache:2:1: overlay own for n01: 'node\.nmae' is not known here\n {2}2 \| \{\{node\.nmae\}\}/,
  )
  await withOverlay('other', { 'etc/b.j2': 'x {{ nothing }}' })
  assert.match(
    await failureOf(() => render('other')),
    /^inventory\/overlays\/other\/etc\/b\.j2:1:\d+: overlay other for n01: .*nothing/,
  )
  await withOverlay('third', { 'overlay.yml': 'modes: {x: "9"}\n' })
  assert.match(await failureOf(() => render('third')), /^inventory\/overlays\/third\/overlay\.yml:1:12: '9' is no mode/)
})

test('overlay.yml names the units that are told of a change', async () => {
  await withOverlay('own', {
    'overlay.yml': 'units:\n  "etc/chrony/*": [chrony.service, x@1.timer]\n  etc/chrony/b: y.service\n',
    'etc/chrony/a': '1',
    'etc/chrony/b': '2',
    'etc/c': '3',
  })
  const entries = await render('own')
  assert.equal(
    entries.filter(({ type }) => type === 'file').map(({ path, units }) => [path, units]),
    [
      ['etc/c', undefined],
      ['etc/chrony/a', ['chrony.service', 'x@1.timer']],
      ['etc/chrony/b', ['chrony.service', 'x@1.timer', 'y.service']],
    ],
  )
  await withOverlay('bad', { 'overlay.yml': 'units: {etc/a: [chronyd]}\n' })
  assert.match(await failureOf(() => render('bad')), /overlay\.yml:1:17: 'chronyd' is no name of a unit/)
})

test('an unknown overlay is told where the node names it', async () => {
  const node = fixture.site.nodes.get('n01')!
  const record = { ...node.record, overlays: { system: ['hostnam'] } }
  const said = await failureOf(() => renderNode(fixture.site, fixture.state, { ...node, record }, 'system'))
  assert.match(
    said,
    /^inventory\/group_vars\/nodes\.yml:\d+:\d+: there is no overlay 'hostnam'\n[\s\S]*did you mean 'hostname'/,
  )
})

test('names and paths stay inside', async () => {
  for (const name of ['..', '../overlays', 'a/b', '', '.git']) {
    assert.match(await failureOf(() => render(name)), 'there is no overlay')
  }
  await withOverlay('own', { 'etc/{{vars.where}}.mustache': 'x' })
  const broken = await makeFixture({ 'inventory/host_vars/n01.yml': 'where: ../../x\n' })
  try {
    await writeFiles(join(broken.inventory, 'overlays/own'), { 'etc/{{vars.where}}.mustache': 'x' })
    const said = await failureOf(() => renderOverlay(broken.site, broken.state, broken.site.nodes.get('n01')!, 'own'))
    assert.match(said, 'is no path inside a root')
  } finally {
    await broken.remove()
  }
})

test('tar(1) unpacks the archive as it was rendered', async () => {
  const place = join(fixture.inventory, 'overlays/own')
  await withOverlay('own', {
    'etc/deep/file.mustache': '{{node.name}}',
    'etc/script': { text: '#!/bin/sh\n', mode: 0o755 },
  })
  await chmod(join(place, 'etc/deep'), 0o750)
  await symlink('/usr/share/target', join(place, 'etc/link'))
  const { archive } = await packEntries(await render('own'))
  const root = join(fixture.directory, 'root')
  await mkdir(root)
  execFileSync('tar', ['-x', '-p', '-C', root], { input: archive })
  assert.is(await readFile(join(root, 'etc/deep/file'), 'utf8'), 'n01')
  assert.is((await lstat(join(root, 'etc/deep'))).mode & 0o7777, 0o750)
  assert.is((await lstat(join(root, 'etc/script'))).mode & 0o7777, 0o755)
  assert.ok((await lstat(join(root, 'etc/link'))).isSymbolicLink())
})

test('the digest follows content, mode, type and path, and nothing else', async () => {
  await withOverlay('own', { 'etc/a': 'x' })
  const entries = await render('own')
  const digest = digestOfEntries(entries)
  assert.is(digestOfEntries(entries.map((entry) => ({ ...entry, modified: 1 }))), digest)
  for (const change of [
    { mode: 0o600 },
    { path: 'etc/b' },
    { content: Buffer.from('y') },
    { type: 'link' as const, target: 'x' },
  ]) {
    assert.is.not(
      digestOfEntries(entries.map((entry) => (entry.type === 'file' ? { ...entry, ...change } : entry))),
      digest,
    )
  }
})

test.run()
