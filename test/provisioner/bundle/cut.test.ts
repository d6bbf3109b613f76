import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readBundle } from '../../../agent/preboot/bundle.ts'
import { isDict, toPlain, type Value, Vaulted } from '../../../engine/vars/value.ts'
import { encryptVault, type VaultSecret } from '../../../engine/vars/vault.ts'
import { type CutBundle, cutBundle, loadBootPlaybook } from '../../../provisioner/bundle/cut.ts'
import type { Image } from '../../../provisioner/image/images.ts'
import { loadSite } from '../../../provisioner/site.ts'
import { digestOf } from '../../../provisioner/store/digest.ts'
import { suite } from '../../suite.ts'
import { siteFiles, temporaryDirectory, writeFiles } from '../fixture.ts'

const test = suite('bundle')
const secret: VaultSecret = { id: 'default', password: Buffer.from('open sesame') }
const vault = (text: string, indent: string): string =>
  `!vault |\n${encryptVault(Buffer.from(text), secret).replace(/^/gm, indent)}`

type Files = Readonly<Record<string, string>>

/** Cuts a node's bundle out of a site of these files. */
const withBundle = async (
  files: Files,
  check: (cut: CutBundle, read: () => ReturnType<typeof readBundle>) => void | Promise<void>,
  { vaultSecrets = [secret], node = 'n01' } = {},
): Promise<void> => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFiles(directory, { ...siteFiles, ...files })
    const site = await loadSite({
      inventory: [join(directory, 'inventory')],
      vaultSecrets,
      warn: () => {},
      environment: {},
    })
    const image = { version: 'v', manifest: { name: 'compute', playbook: 'playbooks/compute.yml' } } as Image
    const cut = await cutBundle(
      site,
      site.nodes.get(node)!,
      image,
      await loadBootPlaybook(site, image.manifest.playbook),
    )
    await check(cut, () => readBundle(cut.bundle, '/'))
  } finally {
    await remove()
  }
}

const taskNames = (read: () => ReturnType<typeof readBundle>): string[] =>
  read().plays.flatMap(({ tasks }) => tasks.flatMap(({ block }) => block.map(({ name }) => String(name))))

const paths = ({ bundle }: CutBundle) => bundle.files.map(({ path }) => path)
const variable = (read: () => ReturnType<typeof readBundle>, name: string): unknown => {
  const value = read().variables.get(name)
  return value === undefined ? undefined : toPlain(value)
}

test('only what is tagged secret or preboot is in it, and the node stands where the image stood', () =>
  withBundle({}, (cut, read) => {
    assert.equal(taskNames(read), ['write the secret', 'copy a file', 'render a template'])
    assert.equal(
      read().plays.map(({ hosts }) => hosts),
      ['n01'],
    )
    assert.equal(cut.bundle.tags, ['secret', 'preboot'])
    assert.is(cut.bundle.playbook, 'playbooks/compute.yml')
  }))

test('only the files that its tasks use, each by its digest', () =>
  withBundle({}, (cut) => {
    assert.equal(paths(cut), ['playbooks/files/motd', 'playbooks/templates/greeting.j2'])
    for (const { digest, size } of cut.bundle.files) {
      const content = cut.contents.get(digest)!
      assert.is(digestOf(content), digest)
      assert.is(content.length, size)
    }
  }))

test("only the node's own variables, and none of its controller", () =>
  withBundle(
    {
      'inventory/host_vars/n01.yml':
        'own: mine\nnode_bmc: {type: ipmi, password: hunter2}\nansible_password: hunter3\n',
      'inventory/host_vars/n02.yml': 'own: of the other\n',
    },
    (cut, read) => {
      assert.is(variable(read, 'own'), 'mine')
      assert.is(variable(read, 'greeting'), 'hello')
      assert.equal(Object.keys(cut.bundle.record), ['name', 'image', 'kernel', 'networks', 'overlays', 'secrets'])
      assert.is(read().record.get('name'), 'n01')
      assert.not.match(JSON.stringify(cut.bundle), /hunter|of the other/)
      assert.equal(cut.bundle.groups['bonded'], ['n01', 'n02'])
    },
  ))

test('plays for other hosts stay out', () =>
  withBundle(
    {
      'playbooks/compute.yml':
        '- hosts: localhost\n  tasks: [{command: echo head, tags: preboot}]\n- hosts: images\n  tasks: [{command: echo image, tags: preboot, name: mine}]\n',
    },
    (_, read) => assert.equal(taskNames(read), ['mine']),
  ))

const playbook = (tasks: string): Files => ({
  'playbooks/compute.yml': `- hosts: compute\n  roles: [demo]\n  tasks:\n${tasks}`,
})
const role: Files = {
  'roles/demo/tasks/main.yml':
    '- {copy: {src: role.conf, dest: /x}, tags: preboot}\n- {template: {src: build.j2, dest: /y}, tags: build}\n',
  'roles/demo/files/role.conf': 'of the role',
  'roles/demo/files/other.conf': 'of the role too',
  'roles/demo/templates/build.j2': 'only in the build',
  'playbooks/files/a': 'a',
  'playbooks/files/b': 'b',
  'playbooks/files/tree/one': '1',
  'playbooks/files/tree/two': '2',
  'playbooks/scripts/run.sh': 'echo',
  'playbooks/library/asks': '#!/bin/sh',
}

const fileCases: { what: string; tasks: string; files: string[] }[] = [
  { what: "a role's file", tasks: '    - {debug: {msg: x}, tags: preboot}\n', files: [] },
  {
    what: 'a directory',
    tasks: '    - {copy: {src: tree, dest: /x}, tags: preboot}\n',
    files: ['playbooks/files/tree/one', 'playbooks/files/tree/two'],
  },
  {
    what: 'a script with arguments',
    tasks: '    - {script: "scripts/run.sh --fast", tags: preboot}\n',
    files: ['playbooks/scripts/run.sh'],
  },
  {
    what: 'a module of the site',
    tasks: '    - {asks: {name: x}, tags: preboot}\n',
    files: ['playbooks/library/asks'],
  },
  {
    what: 'a lookup',
    tasks: "    - {debug: {msg: \"{{ lookup('file', 'a') }}\"}, tags: preboot}\n",
    files: ['playbooks/files/a'],
  },
  {
    what: 'with_file',
    tasks: '    - {debug: {msg: "{{ item }}"}, with_file: [b], tags: preboot}\n',
    files: ['playbooks/files/b'],
  },
  {
    what: 'in a block',
    tasks:
      '    - block: [{copy: {src: a, dest: /x}}]\n      rescue: [{copy: {src: b, dest: /x}}]\n      tags: preboot\n',
    files: ['playbooks/files/a', 'playbooks/files/b'],
  },
  {
    what: 'a name that is known only later',
    tasks: '    - {copy: {src: "{{ which }}", dest: /x}, tags: preboot}\n',
    files: ['playbooks/files/a', 'playbooks/files/b', 'playbooks/files/tree/one', 'playbooks/files/tree/two'],
  },
  {
    what: 'a file of the node itself',
    tasks: '    - {copy: {src: a, dest: /x, remote_src: true}, tags: preboot}\n',
    files: [],
  },
  { what: 'what the build alone uses', tasks: '    - {copy: {src: a, dest: /x}, tags: build}\n', files: [] },
]

for (const { what, tasks, files } of fileCases) {
  test(`files: ${what}`, () =>
    withBundle({ ...role, ...playbook(tasks) }, (cut) => {
      const known = ['playbooks/files/motd', 'playbooks/files/unused']
      const found = paths(cut).filter((path) => !known.includes(path))
      assert.equal(found, [...files, 'roles/demo/files/role.conf'])
    }))
}

test('an include brings the whole role: what it needs is known only while it runs', () =>
  withBundle(
    {
      ...role,
      ...playbook('    []\n'),
      'roles/demo/tasks/main.yml': '- {include_tasks: more.yml, tags: preboot}\n',
      'roles/demo/tasks/more.yml': '- {copy: {src: other.conf, dest: /x}}\n',
    },
    (cut) => {
      for (const path of ['roles/demo/tasks/more.yml', 'roles/demo/files/other.conf'])
        assert.ok(paths(cut).includes(path), path)
    },
  ))

test('variable files are read on the provisioner', () =>
  withBundle(
    {
      'playbooks/compute.yml':
        '- hosts: compute\n  vars: {name: first, kept: yes}\n  vars_files: ["vars/{{ greeting }}.yml", [absent.yml, vars/hello.yml]]\n  tasks: [{debug: {msg: "{{ name }}"}, tags: preboot}]\n',
      'playbooks/vars/hello.yml': 'name: from the file\n',
    },
    (_, read) => {
      const [play] = read().plays
      assert.equal(play?.varsFiles, [])
      assert.equal(toPlain(play!.vars), { name: 'from the file', kept: true })
    },
  ))

test("vaulted values are decrypted when the node's tasks name them, and stay behind otherwise", () =>
  withBundle(
    {
      'inventory/host_vars/n01.yml': `munge_key: ${vault('the key', '  ')}\nindirect: "{{ deep }}"\ndeep: ${vault('the depth', '  ')}\nother_key: ${vault('of nobody', '  ')}\n`,
      'playbooks/compute.yml': `- hosts: compute\n  vars:\n    inline: ${vault('in the play', '      ')}\n  tasks: [{debug: {msg: "{{ munge_key }}{{ indirect }}"}, tags: preboot}]\n`,
    },
    (cut, read) => {
      assert.is(variable(read, 'munge_key'), 'the key')
      assert.is(variable(read, 'deep'), 'the depth')
      assert.is(variable(read, 'other_key'), undefined)
      assert.is(read().plays[0]?.vars.get('inline'), 'in the play')
      assert.not.match(JSON.stringify(cut.bundle), 'of nobody')
    },
  ))

test('a vaulted file is decrypted on the way', () =>
  withBundle({ 'playbooks/files/motd': encryptVault(Buffer.from('hidden welcome'), secret) }, (cut) => {
    const { digest } = cut.bundle.files[0]!
    assert.is(cut.contents.get(digest)?.toString(), 'hidden welcome')
  }))

test('what was in a vault is named for the masks of the node, and nothing else', () =>
  withBundle(
    {
      'inventory/group_vars/all/vault.yml': encryptVault(
        Buffer.from('site_key: of the site\nunused: of nobody\nlist: [first of two, 7]\n'),
        secret,
      ),
      'inventory/host_vars/n01.yml': `munge_key: ${vault('the key', '  ')}\nplain: nothing secret\n`,
      'inventory/host_vars/n02.yml': `other: ${vault('of another node', '  ')}\n`,
      'playbooks/files/motd': encryptVault(Buffer.from('a file'), secret),
      'playbooks/compute.yml': `- hosts: compute\n  vars:\n    inline: ${vault('in the play', '      ')}\n  tasks: [{debug: {msg: "{{ munge_key }}{{ plain }}"}, tags: preboot}, {copy: {src: motd, dest: /etc/motd}, tags: preboot}]\n`,
    },
    ({ bundle }) => {
      assert.equal(bundle.masks, ['first of two', 'in the play', 'of nobody', 'of the site', 'the key'])
      assert.equal(
        bundle.files.map(({ path, vault: isVault }) => [path, isVault]),
        [['playbooks/files/motd', true]],
      )
    },
  ))

test('the policy of the site goes with it; the password of the shell does not', () =>
  withBundle(
    {
      'inventory/host_vars/n01.yml': `prelude_boot:\n  task_timeout: 30\n  task_failure: continue\n  shell: true\n  shell_password: ${vault('$6$salt$hash', '    ')}\n`,
    },
    ({ bundle }) => {
      assert.equal(bundle.policy, { task_timeout: 30, task_failure: 'continue' })
      assert.not.match(JSON.stringify(bundle), 'salt')
    },
  ))

test('without the password a vaulted value stays vaulted', () =>
  withBundle(
    { 'inventory/host_vars/n01.yml': `munge_key: ${vault('the key', '  ')}\n` },
    (cut, read) => {
      const value: Value | undefined = read().variables.get('munge_key')
      assert.ok(value instanceof Vaulted)
      assert.not.match(JSON.stringify(cut.bundle), 'the key')
    },
    { vaultSecrets: [] },
  ))

test('what a user wrote keeps its type', () =>
  withBundle(
    { 'inventory/host_vars/n01.yml': 'data: {list: [1, 1.0, "1", null, true], text: "{{ greeting }}"}\n' },
    (_, read) => {
      const data = read().variables.get('data')
      assert.ok(isDict(data))
      assert.equal(toPlain((data as Map<string, Value>).get('list')!), [1, 1, '1', null, true])
    },
  ))

test('a playbook that is nowhere above the inventory is said so', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    await writeFiles(directory, siteFiles)
    const site = await loadSite({
      inventory: [join(directory, 'inventory')],
      vaultSecrets: [],
      warn: () => {},
      environment: {},
    })
    const thrown = await loadBootPlaybook(site, 'nowhere/x.yml').then(
      () => undefined,
      (reason) => reason as Error,
    )
    assert.match(thrown?.message ?? '', 'the playbook nowhere/x.yml of the image is neither in')
  } finally {
    await remove()
  }
})

test.run()
