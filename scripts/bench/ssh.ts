// `npm run bench:ssh [NAME]...`: the same playbooks over a real sshd on the loopback by play, by ansible-core with
// pipelining, and by Mitogen where Debian's ansible-mitogen is installed and runs: seconds and the largest memory of the
// controller. ROUNDS tells how often play runs (the best counts; 3 unless told). ORACLE=no leaves the others out: they take
// some twelve minutes. `sim` is play alone, over 1,000 simulated hosts whose every answer takes a millisecond; `large` a copy
// of 1 GiB beside scp.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSshServer } from '../../test/engine/connections/sshserver.ts'
import { bestOf, type Cost, cell, cellWidth, costOf } from './cost.ts'
import { simulate } from './simulated.ts'

const play = join(import.meta.dirname, '../../bin/play')
const rounds = Number(process.env['ROUNDS'] ?? 3)
const withOthers = process.env['ORACLE'] !== 'no'
const mitogen = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy'
const limit = 10 * 60_000

const work = mkdtempSync(join(tmpdir(), 'prelude-bench-'))
const file = (name: string, text: string): string => {
  writeFileSync(join(work, name), text)
  return join(work, name)
}
const server = await startSshServer()

const vars = [
  `ansible_host=${server.host}`,
  `ansible_port=${server.port}`,
  'ansible_user=root',
  `ansible_ssh_private_key_file=${join(server.directory, 'user')}`,
  'ansible_python_interpreter=/usr/bin/python3',
  `ansible_ssh_common_args='-o UserKnownHostsFile=${server.knownHosts} -o IdentityAgent=none'`,
]
const hosts = (count: number): string =>
  file(
    `hosts${count}`,
    `${Array.from({ length: count }, (_, n) => `n${n}`).join('\n')}\n[all:vars]\n${vars.join('\n')}\n`,
  )
const playbook = (name: string, tasks: readonly string[]): string =>
  file(name, `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`)
const times = (count: number, task: (n: number) => string): string[] => Array.from({ length: count }, (_, n) => task(n))

const target = join(work, 'target')
mkdirSync(target)
file('conf', 'value = 1\n'.repeat(100))
file('conf.j2', '{% for n in range(100) %}\nvalue {{ n }} of {{ inventory_hostname }}\n{% endfor %}\n')

const copies = times(50, (n) => `copy: {src: conf, dest: "${target}/copy${n}", mode: "0644"}`)
const templates = times(50, (n) => `template: {src: conf.j2, dest: "${target}/template${n}", mode: "0644"}`)
const place = `${target}/{{ inventory_hostname }}`
const mixed = [
  `file: {path: "${place}", state: directory, mode: "0755"}`,
  ...times(7, (n) => `copy: {dest: "${place}/copy${n}", content: "{{ inventory_hostname }}\\n", mode: "0640"}`),
  ...times(7, (n) => `template: {src: conf.j2, dest: "${place}/template${n}", mode: "0644"}`),
  ...times(5, (n) => `lineinfile: {path: "${place}/copy0", line: "line ${n}"}`),
  ...times(5, () => 'command: /bin/true'),
  ...times(5, (n) => `stat: {path: "${place}/copy${n}"}`),
]

type Workload = {
  readonly name: string
  readonly goal: string
  readonly hosts: number
  readonly tasks: readonly string[]
  /** Runs beforehand, so that nothing is changed afterwards. */
  readonly twice?: boolean
  /** Too much for the others. */
  readonly alone?: boolean
}

const workloads: readonly Workload[] = [
  { name: 'command', goal: '0.4 s', hosts: 1, tasks: times(50, () => 'command: /bin/true') },
  { name: 'copy', goal: '0.4 s', hosts: 1, tasks: copies, twice: true },
  { name: 'template', goal: '', hosts: 1, tasks: templates, twice: true },
  { name: 'hosts', goal: '1.5 s', hosts: 50, tasks: times(10, () => 'command: /bin/true') },
  { name: 'mixed', goal: '', hosts: 100, tasks: mixed, alone: true },
]
const titles: Readonly<Record<string, string>> = {
  command: '50 commands',
  copy: '50 unchanged copies',
  template: '50 unchanged templates',
  hosts: '50 hosts x 10 commands',
  mixed: '100 hosts x 30 mixed tasks',
}

const configured = (name: string, more: string): NodeJS.ProcessEnv => ({
  ...process.env,
  ANSIBLE_CONFIG: file(
    `${name}.cfg`,
    `[defaults]\nforks = 50\n${more}[ssh_connection]\npipelining = true\nssh_args = -o ControlMaster=auto -o ControlPersist=30s\ncontrol_path_dir = ${work}/cp\n`,
  ),
})
const plain = configured('plain', '')
const hasMitogen = existsSync(mitogen)
const byMitogen = configured('mitogen', `strategy_plugins = ${mitogen}\nstrategy = mitogen_linear\n`)

/** What another program costs; what it said when it does not run. */
const other = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Cost | string> => {
  try {
    return await costOf('ansible-playbook', args, { cwd: work, env, timeout: limit })
  } catch (thrown) {
    return String(thrown)
  }
}

let mitogenRuns = withOthers && hasMitogen
const measure = async ({ name, goal, hosts: count, tasks, twice, alone }: Workload): Promise<void> => {
  const args = ['-i', hosts(count), playbook(`${name}.yml`, tasks)]
  const ours = (): Promise<Cost> => costOf(play, args, { cwd: work, env: plain, timeout: limit })
  if (twice) await ours()
  const best = await bestOf(rounds, ours)
  const theirs = withOthers && !alone ? await other(args, plain) : undefined
  if (typeof theirs === 'string') throw new Error(theirs)
  const third = mitogenRuns && !alone ? await other(args, byMitogen) : undefined
  if (typeof third === 'string') {
    mitogenRuns = false
    console.log(`Mitogen is left out, it does not run here: ${third.trim().split('\n').at(-1)}`)
  }
  const cells = [best, theirs, typeof third === 'string' ? undefined : third].map(cell).join(' ')
  console.log(`${(titles[name] ?? name).padEnd(28)} ${cells}  ${goal}`)
}

const wanted = process.argv.slice(2)
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name)
try {
  await costOf(play, ['--version'], { cwd: work }) // builds what is not built
  if (withOthers && !hasMitogen) console.log('Mitogen is left out: the package ansible-mitogen is not installed')
  const heads = ['play', 'ansible-core', 'Mitogen'].map((name) => name.padStart(cellWidth)).join(' ')
  console.log(`${''.padEnd(28)} ${heads}  goal of play`)
  for (const workload of workloads) if (isWanted(workload.name)) await measure(workload)
  if (isWanted('memory')) {
    for (const count of [1, 50, 100]) {
      const args = ['-i', hosts(count), playbook('memory.yml', ['command: /bin/true'])]
      const found = await costOf(play, ['-f', String(count), ...args], { cwd: work, env: plain, timeout: limit })
      console.log(`${`one command, ${count} hosts at once`.padEnd(28)} ${cell(found)}`)
    }
  }
  if (isWanted('large')) {
    execFileSync(process.execPath, [join(import.meta.dirname, 'large.ts')], { stdio: 'inherit' })
  }
  if (isWanted('sim')) await simulate({ hosts: 1000, tasks: 20, delay: 1 })
} finally {
  await server.close()
  rmSync(work, { recursive: true, force: true })
}
