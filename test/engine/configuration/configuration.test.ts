import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { readConfiguration } from '../../../engine/configuration/configuration.ts'
import { settingNamed } from '../../../engine/configuration/settingnames.ts'
import { Failure } from '../../../engine/failure.ts'
import { readIniFile } from '../../../engine/inifile.ts'
import { suite } from '../../suite.ts'

const test = suite('configuration')

let place: string
test.before(() => {
  place = mkdtempSync(join(tmpdir(), 'prelude-configuration-'))
})
test.after(() => rmSync(place, { recursive: true, force: true }))

/** The settings in a directory of these files, below the home directory `home`. */
const settingsOf = async (
  name: string,
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  mode = 0o755,
) => {
  const root = join(place, name)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  mkdirSync(join(root, 'site'), { recursive: true })
  chmodSync(join(root, 'site'), mode)
  const warnings: string[] = []
  const { file, settings } = await readConfiguration({
    environment: { HOME: join(root, 'home'), ...environment },
    directory: join(root, 'site'),
    warn: (message) => warnings.push(message),
  })
  return { file: file?.slice(root.length + 1), settings, warnings, root }
}

const forks = (number: number): string => `[defaults]\nforks = ${number}\n`

test('the working directory comes before the home directory, what $ANSIBLE_CONFIG names before both', async () => {
  const files = { 'site/ansible.cfg': forks(1), 'home/.ansible.cfg': forks(2), 'other/ansible.cfg': forks(3) }
  assert.is((await settingsOf('order', files)).settings.forks, 1)
  const other = join(place, 'order/other')
  assert.is((await settingsOf('order', files, { ANSIBLE_CONFIG: other })).settings.forks, 3)
  assert.is((await settingsOf('order', files, { ANSIBLE_CONFIG: join(other, 'ansible.cfg') })).settings.forks, 3)
  assert.is((await settingsOf('order', files, { ANSIBLE_FORKS: '7' })).settings.forks, 7)
  assert.is((await settingsOf('home', { 'home/.ansible.cfg': forks(2) })).file, 'home/.ansible.cfg')
})

test('a configuration where everybody may write is not believed', async () => {
  const { settings, warnings } = await settingsOf('open', { 'site/ansible.cfg': forks(1) }, {}, 0o777)
  assert.equal([settings.forks, warnings.length], [undefined, 1])
})

test('values become what they are; paths are relative to the file', async () => {
  const text = `[defaults]
inventory = hosts,/srv/more ; and a comment
roles_path = ./roles:~/roles:$SHARE/roles
callbacks_enabled = timer, profile_tasks
host_key_checking = False
remote_user: admin
vault_password_file = secret
unknown = whatever
[privilege_escalation]
become=yes
[ssh_connection]
ssh_args = -C -o ControlMaster=auto
    -o ControlPersist=60s
`
  const { settings, root } = await settingsOf('values', { 'site/ansible.cfg': text }, { SHARE: '/share' })
  assert.equal(settings, {
    inventory: [join(root, 'site/hosts'), '/srv/more'],
    rolesPath: [join(root, 'site/roles'), join(root, 'home/roles'), '/share/roles'],
    callbacksEnabled: ['timer', 'profile_tasks'],
    hostKeyChecking: false,
    user: 'admin',
    vaultPasswordFile: join(root, 'site/secret'),
    become: true,
    sshArgs: '-C -o ControlMaster=auto\n-o ControlPersist=60s',
  })
})

test('a value that is none is told with its place', async () => {
  const file = '[defaults]\n\nforks = many\n'
  try {
    await settingsOf('wrong', { 'site/ansible.cfg': file })
    assert.unreachable()
  } catch (thrown) {
    assert.instance(thrown, Failure)
    const { code, message, at } = thrown as Failure
    assert.equal([code, message, at?.line], ['cli.configuration', "forks is 'many', and must be a whole number", 3])
  }
  const rules = { code: 'cli.configuration' } as const
  assert.throws(() => readIniFile('forks = 1\n', 'ansible.cfg', rules), /stands in no section/)
  assert.throws(() => readIniFile('[defaults]\nforks\n', 'ansible.cfg', rules), /is no setting/)
})

test('a list of hosts is an inventory as it stands', async () => {
  const { settings } = await settingsOf('list', { 'site/ansible.cfg': '' }, { ANSIBLE_INVENTORY: 'a,b,' })
  assert.equal(settings.inventory, ['a,b,'])
})

test('settings by the names that Ansible has for them', () => {
  const settings = { forks: 9, rolesPath: ['/srv/roles'] }
  assert.is(settingNamed('DEFAULT_FORKS', settings, '/root'), 9)
  assert.is(settingNamed('DEFAULT_TIMEOUT', settings, '/root'), 10)
  assert.equal(settingNamed('DEFAULT_ROLES_PATH', settings, '/root'), ['/srv/roles'])
  assert.is((settingNamed('DEFAULT_ROLES_PATH', {}, '/home/ann') as string[])[0], '/home/ann/.ansible/roles')
  assert.is(settingNamed('DEFAULT_REMOTE_USER', settings, '/root'), null)
  assert.is(settingNamed('toString', settings, '/root'), undefined)
})

test.run()
