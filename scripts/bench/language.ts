// `npm run bench:language`: what the language itself costs, by play and by ansible-core on the same playbooks, one
// after the other: seconds (in brackets those of the processor) and the largest memory of each, then how time grows with hosts and tasks, then the price of
// one expression. Nothing is done on hosts. ORACLE=no leaves ansible-core out (it takes some five minutes).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTemplar } from '../../engine/vars/createtemplar.ts'
import { layer } from '../../engine/vars/scope.ts'
import { Template, type Value } from '../../engine/vars/value.ts'
import { bestOf, type Cost, cell, cellWidth, costOf } from './cost.ts'

const root = join(import.meta.dirname, '..', '..')
const play = join(root, 'bin/play')
const withOracle = process.env['ORACLE'] !== 'no'
const work = mkdtempSync(join(tmpdir(), 'prelude-bench-'))
const file = (name: string, text: string): string => {
  writeFileSync(join(work, name), text)
  return join(work, name)
}

const environment = {
  ...process.env,
  ANSIBLE_CONFIG: file('empty.cfg', ''),
  ANSIBLE_FORKS: '50',
  ANSIBLE_LOCALHOST_WARNING: 'false',
}

const cost = (program: string, args: readonly string[]): Promise<Cost> =>
  costOf(program, args, { cwd: work, env: environment })

const hosts = (count: number): string =>
  file(
    `hosts${count}`,
    Array.from({ length: count }, (_, n) => `n${n} ansible_host=10.0.${n >> 8}.${n & 255}\n`).join(''),
  )
const head = (pattern: string): string => `- hosts: ${pattern}\n  gather_facts: false\n  connection: local\n  tasks:\n`
const tasks = (count: number): string =>
  file(`tasks${count}.yml`, head('n0') + `    - debug: {msg: "{{ inventory_hostname }} {{ 1 + 1 }}"}\n`.repeat(count))

const empty = file('empty.yml', '- hosts: all\n  gather_facts: false\n  tasks: []\n')
const debug = file('debug.yml', `${head('all')}    - debug: {msg: "{{ inventory_hostname }}"}\n`)
file('hosts.j2', '{% for h in groups.all %}{{ hostvars[h].ansible_host }} {{ h }}\n{% endfor %}')
const template = file(
  'template.yml',
  `${head('n0')}    - template: {src: hosts.j2, dest: "${join(work, 'made')}", mode: "0644"}\n`,
)

const workloads: readonly { name: string; limit: string; args: readonly string[] }[] = [
  { name: 'start, empty play', limit: '0.15 s', args: ['-i', hosts(1), empty] },
  { name: '1,000 debug tasks, 1 host', limit: '', args: ['-i', hosts(1), tasks(1000)] },
  { name: 'debug, 1,000 hosts', limit: '', args: ['-i', hosts(1000), debug] },
  { name: 'debug, 5,000 hosts', limit: '3 s, 300 MB', args: ['-i', hosts(5000), debug] },
  { name: 'hosts file, 1,000 hostvars', limit: '0.5 s', args: ['-i', hosts(1000), template] },
]

/** The best of three: the machine may have had other work. */
const best = (args: readonly string[]): Promise<Cost> => bestOf(3, () => cost(play, args))

const compare = async (): Promise<void> => {
  await cost(play, ['--version']) // builds what is not built
  console.log(`${''.padEnd(28)} ${'play'.padStart(cellWidth)} ${'ansible-core'.padStart(cellWidth)}  wanted`)
  for (const { name, limit, args } of workloads) {
    const ours = await best(args)
    const theirs = withOracle ? await cost('ansible-playbook', args) : undefined
    console.log(`${name.padEnd(28)} ${cell(ours)} ${cell(theirs)}  ${limit}`)
  }
}

const growth = async (): Promise<void> => {
  console.log('\nplay, as hosts and tasks grow')
  for (const count of [1000, 2000, 4000]) {
    const byHosts = await best(['-i', hosts(count), debug])
    const byTasks = await best(['-i', hosts(1), tasks(count)])
    console.log(
      `  ${String(count).padStart(5)} hosts ${cell(byHosts)}   ${String(count).padStart(5)} tasks ${cell(byTasks)}`,
    )
  }
}

/** Microseconds of one evaluation of a template that has been compiled, beside so many hosts. */
const expression = (count: number): number => {
  const templar = createTemplar({
    warn: () => {},
    decrypt: (text) => text,
    searchPath: () => [],
    environment: () => undefined,
  })
  const hostvars = new Map<string, Value>(
    Array.from({ length: count }, (_, n) => [`n${n}`, new Map([['ip', `10.0.0.${n}`]])]),
  )
  const scope = layer(
    new Map<string, Value>([
      ['hostvars', hostvars],
      ['a', new Map([['b', new Map([['c', 1]])]])],
    ]),
  )
  const made = new Template("{{ a.b.c | default('x') }}", { file: 'bench', line: 1, column: 1 })
  const rounds = 200_000
  for (let round = 0; round < rounds; round++) templar.evaluate(made, scope)
  const start = performance.now()
  for (let round = 0; round < rounds; round++) templar.evaluate(made, scope)
  return ((performance.now() - start) * 1000) / rounds
}

try {
  await compare()
  await growth()
  console.log("\none evaluation of {{ a.b.c | default('x') }}, microseconds")
  for (const count of [1, 1000, 10_000]) {
    console.log(`  ${String(count).padStart(6)} hosts ${expression(count).toFixed(2).padStart(6)}`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
