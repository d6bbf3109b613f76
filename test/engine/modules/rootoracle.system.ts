import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { findModule } from '../../../engine/modules/registry.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import { type Dict, fromPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import { makeAptRepository } from './aptrepository.ts'
import { moduleHost } from './modulehost.ts'
import { openScratchRoot, type ScratchRoot } from './scratchroot.ts'

/** One module with its parameters; both programs run it in a root of their own, twice. */
type OracleCase = {
  readonly module: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly prepare?: string
}

const hash = '$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/'

const demoKey = join(import.meta.dirname, 'keys/demo.asc')

const cases: readonly OracleCase[] = [
  { module: 'group', parameters: { name: 'hpc', gid: 64100 } },
  { module: 'group', parameters: { name: 'hpc', gid: 64100 }, prepare: 'groupadd -g 64101 hpc' },
  { module: 'group', parameters: { name: 'hpc', state: 'absent' }, prepare: 'groupadd hpc' },
  { module: 'user', parameters: { name: 'alice', uid: 64100, shell: '/bin/bash', comment: 'A', groups: 'users' } },
  { module: 'user', parameters: { name: 'slurm', system: true, create_home: false, home: '/var/lib/slurm' } },
  { module: 'user', parameters: { name: 'alice', password: hash, expires: 1893456000, password_expire_max: 90 } },
  { module: 'user', parameters: { name: 'alice', groups: 'users', append: true }, prepare: 'useradd -m -G adm alice' },
  { module: 'user', parameters: { name: 'alice', groups: ['users'] }, prepare: 'useradd -m -G adm alice' },
  { module: 'user', parameters: { name: 'alice', home: '/srv/alice', move_home: true }, prepare: 'useradd -m alice' },
  { module: 'user', parameters: { name: 'alice', password_lock: true }, prepare: `useradd -m -p '${hash}' alice` },
  { module: 'user', parameters: { name: 'alice' }, prepare: 'useradd -M alice' },
  { module: 'user', parameters: { name: 'alice', state: 'absent', remove: true }, prepare: 'useradd -m alice' },
  { module: 'cron', parameters: { name: 'one', minute: '5', hour: '*/2', job: 'true' } },
  { module: 'cron', parameters: { name: 'MAILTO', env: true, job: 'root' }, prepare: 'echo "0 1 * * * x" | crontab -' },
  { module: 'cron', parameters: { name: 'one', job: 'true', special_time: 'daily', user: 'root', cron_file: 'demo' } },
  { module: 'apt', parameters: { name: ['demo', 'demo-mta'], install_recommends: false } },
  { module: 'apt', parameters: { name: 'demo=1.0' } },
  { module: 'apt', parameters: { name: 'demo', state: 'latest' }, prepare: 'apt-get -qq install demo=1.0' },
  { module: 'apt', parameters: { name: 'demo', state: 'absent', purge: true }, prepare: 'apt-get -qq install demo' },
  { module: 'apt', parameters: { name: 'demo-transport' }, prepare: 'apt-get -qq install demo-mta' },
  { module: 'apt', parameters: { upgrade: 'dist' }, prepare: 'apt-get -qq install demo=1.0' },
  { module: 'package', parameters: { name: 'demo-lib', state: 'present' } },
  {
    module: 'iptables',
    parameters: { chain: 'INPUT', protocol: 'tcp', destination_ports: ['80', '443'], jump: 'ACCEPT' },
  },
  { module: 'iptables', parameters: { chain: 'FORWARD', policy: 'DROP' } },
  { module: 'rpm_key', parameters: { key: demoKey } },
  { module: 'apt_key', parameters: { file: demoKey }, prepare: 'rm -rf /etc/apt/trusted.gpg*' },
  { module: 'apt_key', parameters: { id: 'C24B62F5', state: 'absent' }, prepare: `apt-key add ${demoKey} 2>/dev/null` },
  { module: 'rpm_key', parameters: { key: 'C24B62F5', state: 'absent' }, prepare: `rpm --import ${demoKey}` },
  { module: 'debconf', parameters: { name: 'demo', question: 'demo/server', vtype: 'string', value: 'a b' } },
  { module: 'dpkg_selections', parameters: { name: 'bash', selection: 'hold' } },
]

const repository = makeAptRepository()
process.on('exit', repository.remove)

/** What both have to leave alike. */
const leftBehind = `
for file in passwd group shadow; do sort /etc/$file; done
crontab -l 2>/dev/null || true; cat /etc/cron.d/demo 2>/dev/null || true
stat -c '%n %U:%G %a' /home/* /srv/alice /var/lib/slurm 2>/dev/null | grep -v cloudsdk || true
dpkg-query -W -f '\${Status} \${Package} \${Version}\\n' 2>/dev/null || true
rpm -q gpg-pubkey || true; iptables -S 2>/dev/null || true; apt-key list 2>/dev/null | grep -A1 ^pub || true; debconf-show demo`

/** Keys whose values are chance, or a program's own words. */
const own = /^(?:stdout|stderr|diff|warnings|invocation|cache_update_time|msg|.*_lines)$/

type Outcome = { readonly results: readonly Record<string, unknown>[]; readonly left: string }

const byAnsible = ({ run }: ScratchRoot, { module, parameters }: OracleCase): Outcome => {
  const words = JSON.stringify(parameters).replaceAll("'", `'\\''`)
  const once = () => {
    const said = run(
      `ANSIBLE_LOCALHOST_WARNING=false ansible localhost -c local -e ansible_python_interpreter=/usr/bin/python3 -m ${module} -a '${words}' 2>&1`,
    )
    return JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1)) as Record<string, unknown>
  }
  return { results: [once(), once()], left: run(leftBehind) }
}

const byUs = async ({ run, connection }: ScratchRoot, { module: name, parameters }: OracleCase): Promise<Outcome> => {
  const facts = { is_chroot: false, pkg_mgr: 'apt', os_family: 'Debian' }
  const host = moduleHost({ connection, check: false, role: '/', facts })
  const module = findModule(name, host.at)
  const once = async () => {
    const params = readParameters(module.schema, fromPlain(parameters) as Dict, host.at, name)
    return (await runModule(module, host, params)).result
  }
  return { results: [await once(), await once()], left: run(leftBehind) }
}

const inRoot = async <T>(one: OracleCase, work: (root: ScratchRoot) => T | Promise<T>): Promise<T> => {
  const root = await openScratchRoot({ hasNetwork: one.module === 'iptables' })
  try {
    if (one.module === 'apt' || one.module === 'package') repository.use(root)
    if (one.module === 'rpm_key') root.run('rm -rf /var/lib/rpm /root/.rpmdb; rpm --initdb')
    if (one.prepare) root.run(one.prepare)
    return await work(root)
  } finally {
    await root.close()
  }
}

const test = suite('modules of the system: same as ansible-core')

cases.forEach((one, index) => {
  test(`${index + 1}: ${one.module} ${JSON.stringify(one.parameters).slice(0, 60)}`, async () => {
    const mine = await inRoot(one, (root) => byUs(root, one))
    const theirs = await inRoot(one, (root) => byAnsible(root, one))
    theirs.results.forEach((result, run) => {
      const ours = mine.results[run] ?? {}
      assert.is(ours['failed'] ?? false, false, `failed: ${ours['msg']}`)
      for (const [key, value] of Object.entries(result)) {
        if (!own.test(key)) assert.equal(ours[key], value, `run ${run + 1}: ${key}`)
      }
    })
    assert.is(mine.left, theirs.left)
  }, 120_000)
})

test.run()
