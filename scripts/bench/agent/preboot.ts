// The preboot phase of a play of twenty tasks in a Debian root: by the agent's own player, as the stage runs it, beside
// ansible-core in a chroot of the same root. Each round is a process of its own on a fresh copy; the files must be equal.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openReport } from '../../../agent/preboot/report.ts'
import { openPlayer } from '../../../agent/preboot/run.ts'
import { silentLog } from '../../../engine/log.ts'
import { exitCodeOf } from '../../../engine/run/run.ts'
import { agentFlags } from '../../build/executable.ts'
import { median, table } from './figures.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const place = '/var/tmp/prelude-bench'

/** What preboot plays do: keys and configuration of services, for one node, with its secrets. */
const playbook = (): string => {
  const tasks = [1, 2, 3, 4, 5].flatMap((n) => [
    `- ansible.builtin.file: { path: /etc/service${n}, state: directory, mode: "0750" }`,
    `- ansible.builtin.copy: { dest: /etc/service${n}/key, content: "{{ service_key }}${n}\\n", mode: "0400" }\n      no_log: true`,
    `- ansible.builtin.template: { src: conf.j2, dest: /etc/service${n}/conf, mode: "0644" }`,
    `- ansible.builtin.lineinfile: { path: /etc/environment, regexp: "^SERVICE${n}=", line: "SERVICE${n}={{ inventory_hostname }}", create: true }`,
  ])
  return `- hosts: all\n  gather_facts: false\n  vars: { service_key: 0123456789abcdef }\n  tags: [preboot]\n  tasks:\n    ${tasks.join('\n    ')}\n`
}

/** A Debian root with ansible-core; kept, as it takes a minute or two. */
const debianRoot = (): string => {
  const root = join(place, 'debian-ansible')
  if (existsSync(root)) return root
  mkdirSync(place, { recursive: true })
  const work = mkdtempSync(join(place, 'new-'))
  try {
    const options = ['--variant=minbase', '--include=ansible-core', '--quiet']
    execFileSync('mmdebstrap', [...options, 'bookworm', join(work, 'root')], { stdio: ['ignore', 'ignore', 'inherit'] })
    mkdirSync(join(work, 'root/site'))
    writeFileSync(join(work, 'root/site/site.yml'), playbook())
    writeFileSync(
      join(work, 'root/site/conf.j2'),
      'host = {{ inventory_hostname }}\n{% for n in range(3) %}\nworker {{ n }}\n{% endfor %}\n',
    )
    renameSync(join(work, 'root'), root)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return root
}

/** Runs the play on a root and says how many milliseconds that took, in this process. */
const play = async (newRoot: string): Promise<number> => {
  const start = performance.now()
  const { report } = openReport(
    silentLog,
    (text) => text,
    () => {},
    join(newRoot, '../preboot.log'),
  )
  const directory = join(newRoot, 'site')
  const player = openPlayer({ node: 'localhost', newRoot, directory, secrets: new Map(), report })
  const file = join(directory, 'site.yml')
  const { plays } = await player.load(file)
  const tags = ['secret', 'preboot']
  const summary = await player.run({ playbook: file, plays, tags, variables: new Map(), groups: {} })
  if (exitCodeOf(summary) !== 0) throw new Error(`the play failed: see ${newRoot}`)
  return performance.now() - start
}

if (process.argv[2] === 'play') {
  process.stdout.write(String(await play(process.argv[3] ?? '')))
  process.exit(0)
}

const ansible = `mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"
  exec chroot "$1" ansible-playbook /site/site.yml -i localhost, -c local -l localhost --tags secret,preboot`

const ways = [
  {
    name: 'agent',
    run: (root: string) =>
      Number(execFileSync(process.execPath, [...agentFlags, import.meta.filename, 'play', root])) / 1000,
  },
  {
    name: 'ansible-core in a chroot',
    run: (root: string) => {
      const start = performance.now()
      execFileSync('unshare', ['--mount', 'sh', '-ec', ansible, 'sh', root], { stdio: ['ignore', 'ignore', 'inherit'] })
      return (performance.now() - start) / 1000
    },
  },
]

const madeIn = (upper: string): string =>
  execFileSync(
    'sh',
    ['-c', 'cd "$1"; find etc -printf "%P %m %u %g\\n" | sort; find etc -type f | sort | xargs sha256sum', 'sh', upper],
    {
      encoding: 'utf8',
    },
  )

const lower = debianRoot()
const work = mkdtempSync(join(place, 'run-'))
const times = new Map(ways.map(({ name }) => [name, [] as number[]]))
try {
  for (let round = 0; round < rounds; round++) {
    const made: string[] = []
    for (const { name, run } of ways) {
      const [upper, workdir, root] = ['upper', 'work', 'root'].map((part) =>
        join(work, `${name[0]}${round}`, part),
      ) as [string, string, string]
      for (const directory of [upper, workdir, root]) mkdirSync(directory, { recursive: true })
      execFileSync('mount', [
        '-t',
        'overlay',
        '-o',
        `lowerdir=${lower},upperdir=${upper},workdir=${workdir}`,
        'none',
        root,
      ])
      try {
        times.get(name)?.push(run(root))
        made.push(madeIn(upper))
      } finally {
        execFileSync('umount', ['-l', root])
      }
    }
    if (made[0] !== made[1]) throw new Error(`the two left different files:\n${made[0]}\n${made[1]}`)
  }
  const of = (name: string) => median(times.get(name) ?? [])
  const peer = of('ansible-core in a chroot')
  console.log(`preboot of 20 tasks, median of ${rounds}`)
  console.log(
    table(
      ['way', 'seconds', 'times faster'],
      ways.map(({ name }) => [name, of(name).toFixed(2), (peer / of(name)).toFixed(1)]),
    ),
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
