// `npm run bench`: a local playbook of 30 operations by play and by ansible-playbook, in turn, on this machine.
// Prints the median seconds of each and their ratio; fails when the two leave different files.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)

/** Thirty operations of the kinds that roles are made of, on files below `target`. */
const playbook = (): string => {
  const tasks: string[] = []
  for (let n = 1; n <= 5; n++) {
    tasks.push(
      `    - ansible.builtin.file: { path: "{{ target }}/d${n}", state: directory, mode: "0755" }`,
      `    - ansible.builtin.copy: { dest: "{{ target }}/d${n}/conf", content: "value=${n}\\nname={{ inventory_hostname }}\\n", mode: "0640" }`,
      `    - ansible.builtin.lineinfile: { path: "{{ target }}/d${n}/conf", regexp: "^value=", line: "value={{ ${n} * 10 }}" }`,
      `    - ansible.builtin.command: { cmd: "touch {{ target }}/d${n}/done", creates: "{{ target }}/d${n}/done" }`,
      `    - ansible.builtin.stat: { path: "{{ target }}/d${n}/done" }\n      register: done${n}`,
      `    - ansible.builtin.template: { src: t.j2, dest: "{{ target }}/d${n}/rendered", mode: "0644" }\n      when: done${n}.stat.exists`,
    )
  }
  return `- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n${tasks.join('\n')}\n`
}

const work = mkdtempSync(join(tmpdir(), 'prelude-bench-'))
writeFileSync(join(work, 'site.yml'), playbook())
writeFileSync(join(work, 't.j2'), '{% for n in range(3) %}\n{{ inventory_hostname }} {{ n }}\n{% endfor %}\n')

const run = (file: string, target: string): number => {
  const start = performance.now()
  const result = spawnSync(file, ['-i', 'localhost,', '-e', `target=${target}`, join(work, 'site.yml')], {
    encoding: 'utf8',
  })
  if (result.status !== 0) throw new Error(`${file} ended with ${result.status}:\n${result.stdout}${result.stderr}`)
  return (performance.now() - start) / 1000
}

const tree = (directory: string): string => {
  const options = { cwd: directory, encoding: 'utf8' } as const
  return spawnSync(
    'sh',
    ['-c', 'find . -printf "%P %m %u %g\\n" | sort; find . -type f | sort | xargs sha256sum'],
    options,
  ).stdout
}

const median = (numbers: number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number
const peers = [
  { name: 'play', file: join(root, 'bin/play') },
  { name: 'ansible-playbook', file: 'ansible-playbook' },
] as const

try {
  // One run beforehand, so that building the bundle is not measured.
  run(peers[0].file, work)
  const cold: Record<string, number[]> = { play: [], 'ansible-playbook': [] }
  const warm: Record<string, number[]> = { play: [], 'ansible-playbook': [] }
  for (let round = 0; round < rounds; round++) {
    const trees: string[] = []
    for (const { name, file } of peers) {
      const target = join(work, `${name}-${round}`)
      spawnSync('mkdir', [target])
      cold[name]?.push(run(file, target))
      warm[name]?.push(run(file, target))
      trees.push(tree(target))
    }
    if (trees[0] !== trees[1]) throw new Error(`the two left different files:\n${trees[0]}\n${trees[1]}`)
  }
  console.log(`30 operations on localhost, median of ${rounds} rounds, seconds`)
  console.log(`${''.padEnd(18)} ${'changing'.padStart(9)} ${'unchanged'.padStart(9)}`)
  for (const { name } of peers) {
    console.log(
      `${name.padEnd(18)} ${median(cold[name] ?? [])
        .toFixed(3)
        .padStart(9)} ${median(warm[name] ?? [])
        .toFixed(3)
        .padStart(9)}`,
    )
  }
  const ratio = (of: Record<string, number[]>) => median(of['ansible-playbook'] ?? []) / median(of['play'] ?? [])
  console.log(
    `${'times faster'.padEnd(18)} ${ratio(cold).toFixed(1).padStart(9)} ${ratio(warm).toFixed(1).padStart(9)}`,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
