import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a program said and left behind. */
export type Output = { readonly code: number; readonly text: string; readonly error: string; readonly tree: string }

export type OracleCase = {
  readonly name: string
  /** Arguments of each run; a later run finds what the earlier ones left. */
  readonly runs: readonly (readonly string[])[]
  readonly inventory?: readonly string[]
  /** The failing message is ours: what it says is not compared. */
  readonly ownMessages?: true
  /** Standard output is their usage. */
  readonly codeOnly?: true
  /** Why the recap is not compared: 2.14 counts otherwise. */
  readonly ownRecap?: string
}

const here = join(import.meta.dirname, 'cases')
const play = join(import.meta.dirname, '../../../bin/play')

const execute = (file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Omit<Output, 'tree'>> => {
  const { promise, resolve } = Promise.withResolvers<Omit<Output, 'tree'>>()
  execFile(file, [...args], { cwd: here, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code), text: stdout, error: stderr })
  })
  return promise
}

const listing = 'cd "$1" && find . -printf "%P %y %m %u %l\\n" | sort && find . -type f | sort | xargs -r sha256sum'

/** Runs a case in a directory of its own, which templates know as `work`. */
const run = async (file: string, oracle: OracleCase, env: NodeJS.ProcessEnv): Promise<Output> => {
  const work = mkdtempSync(join(tmpdir(), 'prelude-oracle-'))
  const inventory = oracle.inventory ?? ['-i', 'a,b,', '-c', 'local']
  try {
    const outputs: Omit<Output, 'tree'>[] = []
    for (const args of oracle.runs)
      outputs.push(await execute(file, [...inventory, '-e', `work=${work}`, ...args], env))
    const tree = await execute('sh', ['-c', listing, 'sh', work], process.env)
    return {
      code: outputs.at(-1)?.code ?? 0,
      text: outputs.map(({ text }) => text.replaceAll(work, '/WORK')).join('\n'),
      error: outputs.map(({ error }) => error).join('\n'),
      tree: tree.text,
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The same case by play and by ansible-playbook. */
export const both = async (oracle: OracleCase): Promise<{ mine: Output; theirs: Output }> => {
  const config = mkdtempSync(join(tmpdir(), 'prelude-oracle-'))
  const env = {
    ...process.env,
    ANSIBLE_CONFIG: join(config, 'empty.cfg'),
    ANSIBLE_FORKS: '1', // hosts answer in their order
    ANSIBLE_HOME: config,
    ANSIBLE_HOST_KEY_CHECKING: 'false',
    ANSIBLE_JINJA2_NATIVE: 'true',
    ANSIBLE_LOCALHOST_WARNING: 'false',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    NO_COLOR: '1',
    PYTHONWARNINGS: 'ignore',
  }
  writeFileSync(env.ANSIBLE_CONFIG, '')
  try {
    const [mine, theirs] = await Promise.all([run(play, oracle, env), run('ansible-playbook', oracle, env)])
    return { mine, theirs }
  } finally {
    rmSync(config, { recursive: true, force: true })
  }
}

/** Lines that only one of the two has: our place of a failure, its excerpt and hint; their versions, configuration and tracebacks. */
const dropped = [
  /^\S+:\d+:\d+: /,
  /^ +\d+ \| /,
  /^ +\| +\^/,
  /^ {2}(?:hint|because|task): /,
  /^ {2}(?:stderr|stdout) \| /,
  /^(?:ansible-playbook \[core| {2}(?:config file|configured module|ansible |executable|python version|jinja|libyaml))/,
  /^(?:Pausing for \d+ seconds|\(ctrl\+C then )/,
  /^(?:Using .* as config file|No config file found|Skipping callback|An exception occurred during)/,
]

const replaced: readonly (readonly [RegExp, string])[] = [
  // A label that no_log hides is lost in 2.14, and told as hidden since.
  [/\(item=None\)/g, '(item=(censored due to no_log))'],
  // Results tell the condition that was false since 2.17.
  [/"false_condition": (?:"(?:[^"\\]|\\.)*"|\w+), /g, ''],
  [/\{"false_condition": (?:"(?:[^"\\]|\\.)*"|\w+)\}/g, '{}'],
  [/"(delta|start|end|atime|mtime|ctime)": (?:"[^"]*"|[\d.]+)/g, '"$1": …'],
  [/"(inode)": \d+/g, '"$1": …'],
  [/"(?:src|md5sum)": "[^"]*", /g, ''],
  // Their headers name a temporary file, or nothing when there was no file; ours the file.
  [/^(--- before|\+\+\+ after).*$/gm, '$1'],
  [/[ \t]+$/gm, ''],
]

const head = /^(?:TASK|PLAY|RUNNING HANDLER|NO MORE HOSTS LEFT|PLAYBOOK)\b.* \*{3,}$/
const start =
  /^(?:ok|changed|skipping|failed|fatal|included|FAILED - RETRYING|META|NOTIFIED HANDLER|task path|---|[\w.-]+ +:)/

type Entry = { host: string; lines: string[] }

/** The entries of one task, host by host: which host answers first is chance in both. */
const sorted = (lines: readonly string[]): string[] => {
  const entries: Entry[] = []
  let diff: string[] = []
  for (const line of lines) {
    if (line.startsWith('--- ')) diff.push(line)
    else if (start.test(line)) {
      const host = /\[([^\]]+)\]|for (\S+)$/.exec(line)
      entries.push({ host: host?.[1] ?? host?.[2] ?? '', lines: [...diff, line] })
      diff = []
    } else if (diff.length > 0) diff.push(line)
    else if (entries.length > 0) entries.at(-1)?.lines.push(line)
    else entries.push({ host: '', lines: [line] })
  }
  return entries.toSorted((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0)).flatMap((entry) => entry.lines)
}

/** Hosts in the order of a Python set. */
const sortedLines = (lines: string): string => lines.split('\n').slice(0, -1).sort().join('\n').concat('\n')

const messages = (line: string): string =>
  line.replace(/"changed": false, (?="msg")/, '').replace(/"(?:msg|reason)": "(?:[^"\\]|\\.)*"/, '"msg": …')

/** What is compared of a report. */
export const normal = (text: string, { ownMessages, ownRecap }: OracleCase): string => {
  const clean = replaced
    .reduce((all, [from, to]) => all.replace(from, to), text)
    .replace(/(?:^ {6}\S+\n)+/gm, sortedLines)
  const sections: string[][] = [[]]
  for (const line of clean.split('\n')) {
    if (dropped.some((pattern) => pattern.test(line)) || line === '') continue
    if (head.test(line)) sections.push([line])
    else sections.at(-1)?.push(ownMessages && /^(?:fatal|failed):/.test(line) ? messages(line) : line)
  }
  return merged(sections)
    .filter(([first]) => !ownRecap || !first?.startsWith('PLAY RECAP'))
    .map(([first, ...rest]) => [first ?? '', ...sorted(rest)].join('\n'))
    .join('\n')
}

/** A meta task is announced for each host in 2.14; once is enough. */
const merged = (sections: readonly string[][]): string[][] => {
  const kept: string[][] = []
  for (const section of sections) {
    const last = kept.at(-1)
    const isAgain =
      last?.[0] === section[0] &&
      [...section.slice(1), ...(last?.slice(1) ?? [])].every((line) => /^(?:META|task path|skipping):/.test(line))
    if (last && isAgain) last.push(...section.filter((line) => !last.includes(line)))
    else kept.push([...section])
  }
  return kept
}
