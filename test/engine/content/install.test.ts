import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { install } from '../../../engine/content/install.ts'
import { readRequirements } from '../../../engine/content/requirements.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('roles and collections are installed')
const work = mkdtempSync(join(tmpdir(), 'prelude-content-'))
const file = join(work, 'requirements.yml')
const options = {
  rolesPath: join(work, 'roles'),
  collectionsPath: join(work, 'collections'),
  directory: work,
  force: false,
}

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.org', ...args], { cwd: join(work, 'source') })

test.before(() => {
  mkdirSync(join(work, 'source/tasks'), { recursive: true })
  const tasks = join(work, 'source/tasks/main.yml')
  git('init', '--quiet', '--initial-branch=main')
  writeFileSync(tasks, '# first\n')
  git('add', '.')
  git('commit', '--quiet', '-m', 'one')
  git('tag', 'v1')
  writeFileSync(tasks, '# second\n')
  git('commit', '--quiet', '-am', 'two')
  git('branch', 'other')
  execFileSync('tar', ['-czf', join(work, 'role.tar.gz'), '-C', work, 'source'])
})
test.after(() => rmSync(work, { recursive: true, force: true }))

const installed = async (text: string, force = false) => {
  writeFileSync(file, text)
  const done = []
  for (const requirement of await readRequirements(file)) done.push(await install(requirement, { ...options, force }))
  return done
}
const content = (name: string) => readFileSync(join(work, 'roles', name, 'tasks/main.yml'), 'utf8')

test('a role from git, at its newest, at a tag, at a branch; from an archive', async () => {
  await installed(`- {src: ./source, name: newest}
- {src: ./source, name: old, version: v1}
- {src: ./source, name: branch, version: other}
- {src: role.tar.gz, name: archive}
- ./source,v1,line
`)
  const found = ['newest', 'old', 'branch', 'archive', 'line'].map(content)
  assert.equal(found, ['# second\n', '# first\n', '# second\n', '# second\n', '# first\n'])
  assert.not.ok(existsSync(join(work, 'roles/newest/.git')))
})

test('what is there stays, unless it is forced', async () => {
  const text = '- {src: ./source, name: again, version: v1}\n'
  assert.equal(
    (await installed(text)).map(({ isNew }) => isNew),
    [true],
  )
  const newer = '- {src: ./source, name: again}\n'
  assert.equal(
    (await installed(newer)).map(({ isNew }) => isNew),
    [false],
  )
  assert.is(content('again'), '# first\n')
  assert.equal(
    (await installed(newer, true)).map(({ isNew }) => isNew),
    [true],
  )
  assert.is(content('again'), '# second\n')
})

test('a collection goes below its namespace', async () => {
  const [done] = await installed('collections:\n- {source: ./source, name: my.stuff, type: git}\n')
  assert.is(done?.path, join(work, 'collections/ansible_collections/my/stuff'))
  assert.ok(existsSync(join(work, 'collections/ansible_collections/my/stuff/tasks/main.yml')))
})

test('a version that is not there fails and leaves nothing', async () => {
  const before = '- {src: ./source, name: none, version: v9}\n'
  await installed(before).then(
    () => assert.unreachable(),
    (thrown: unknown) => {
      assert.instance(thrown, Failure)
      assert.is((thrown as Failure).at?.line, 1)
    },
  )
  assert.not.ok(existsSync(join(work, 'roles/none')))
})

const wrong = {
  'a name on Galaxy': '- geerlingguy.nginx\n',
  'a name with a path in it': '- {src: ./source, name: ../out}\n',
  'a collection without a namespace': 'collections:\n- {source: ./source, name: stuff, type: git}\n',
  'no source': '- {version: v1}\n',
  'no list': 'roles: text\n',
}
for (const [name, text] of Object.entries(wrong)) {
  test(`refused: ${name}`, async () => {
    writeFileSync(file, text)
    await readRequirements(file).then(
      () => assert.unreachable(),
      (thrown: unknown) => {
        assert.instance(thrown, Failure)
        assert.ok((thrown as Failure).at)
      },
    )
  })
}

test.run()
