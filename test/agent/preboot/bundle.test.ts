import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { placeFiles, readBundle } from '../../../agent/preboot/bundle.ts'
import { playbookOf } from '../../../agent/preboot/command.ts'
import { warewulfServer } from '../../../agent/system/warewulf.ts'
import { serialise } from '../../../engine/playbook/serialise.ts'
import { Template, type Value } from '../../../engine/vars/value.ts'
import type { Bundle } from '../../../schema/types.ts'
import { suite } from '../../suite.ts'

const test = suite('agent bundle')

const at = { file: '/srv/site/roles/munge/tasks/main.yml', line: 3, column: 5 }
const role = { name: 'munge', path: '/srv/site/roles/munge', defaults: new Map() }

/** The shape of a play, as far as paths go. */
const play = {
  at,
  directory: '/srv/site',
  roles: [role],
  tasks: [
    {
      at,
      role,
      searchPath: ['/srv/site/roles/munge', 'relative'],
      program: '/srv/site/library/asks',
      args: new Map<string, Value>([
        ['path', '/etc/x'],
        ['src', new Template('{{ a }}', at)],
      ]),
    },
  ],
}

const content = Buffer.from('content')
const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`

const bundle: Bundle = {
  version: 1,
  node: 'n01',
  record: { name: 'n01', image: 'compute' },
  directory: '/srv/site',
  playbook: 'site.yml',
  tags: ['secret'],
  plays: [serialise(play)],
  variables: serialise(new Map([['path', '/srv/site/x']])) as unknown as Bundle['variables'],
  groups: {},
  masks: [],
  policy: {},
  files: [
    { path: 'roles/munge/files/a', digest, size: 7 },
    { path: '../../opt/roles/b', digest, size: 7 },
    { path: '../../../../../etc/passwd', digest, size: 7 },
  ],
}

test('paths of the program are moved, what a user wrote is kept', () => {
  const { plays, variables, record } = readBundle(bundle, '/run/site')
  const [moved] = plays as unknown as [typeof play]
  assert.is(moved.directory, '/run/site/srv/site')
  const [task] = moved.tasks
  assert.is(task?.at.file, '/run/site/srv/site/roles/munge/tasks/main.yml')
  assert.equal(task?.searchPath, ['/run/site/srv/site/roles/munge', 'relative'])
  assert.is(task?.program, '/run/site/srv/site/library/asks')
  assert.is(task?.args.get('path'), '/etc/x')
  assert.is((task!.args.get('src') as Template).at.file, '/run/site/srv/site/roles/munge/tasks/main.yml')
  assert.is(variables.get('path'), '/srv/site/x')
  assert.is(record.get('image'), 'compute')
  assert.ok(task?.role === moved.roles[0], 'a role that occurs twice is one object')
})

test('files lie below the place, wherever they came from', async () => {
  const root = mkdtempSync(join(tmpdir(), 'bundle-'))
  try {
    await placeFiles(bundle, root, async () => content)
    for (const path of ['srv/site/roles/munge/files/a', 'opt/roles/b', 'etc/passwd'])
      assert.is(readFileSync(join(root, path), 'utf8'), 'content')
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('a file with another content is refused', async () => {
  const root = mkdtempSync(join(tmpdir(), 'bundle-'))
  const thrown = await placeFiles(bundle, root, async () => Buffer.from('other')).catch((failure: unknown) => failure)
  rmSync(root, { recursive: true })
  assert.match((thrown as Error).message, /roles\/munge\/files\/a of the bundle is sha256:/)
})

test('a bundle of another form says so', () => {
  assert.throws(() => readBundle({ ...bundle, plays: [play] }, '/run'), /plays are not what serialise.ts writes/)
})

test('finds server and playbook where Warewulf booted', () => {
  assert.is(warewulfServer('quiet wwinit.uri=http://10.1.0.1:9873/provision/00:11 root=wwclient'), '10.1.0.1')
  assert.is(warewulfServer('wwinit_uri=http://10.1.0.2:9873/'), '10.1.0.2')
  assert.is(warewulfServer('quiet'), undefined)
  assert.is(playbookOf('Image: x\nPlaybook: rocky-8.10-compute.yml\n'), 'rocky-8.10-compute.yml')
  assert.is(playbookOf('nothing'), undefined)
})

test.run()
