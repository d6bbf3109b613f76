import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Case } from './case.ts'

/** What the runs of a case said and left behind; the place where they ran reads `/SITE`. */
export type Outcome = {
  readonly codes: readonly number[]
  readonly text: string
  readonly error: string
  readonly tree: string
}

const play = join(import.meta.dirname, '../../bin/play')

/** The names of ansible-core's programs that are ours when linked to `play`. */
const programs = ['ansible', 'ansible-playbook', 'ansible-inventory', 'ansible-vault', 'ansible-galaxy']

/** Python cannot be started below this: its programs are covered by a file that cannot be executed. */
const withoutPython = `for python in /usr/bin/python[23]* /usr/local/bin/python[23]*; do
  if [ -e "$python" ]; then mount --bind /dev/null "$python"; fi
done
exec sh -c "$1"`

type Output = { readonly code: number; readonly stdout: string; readonly stderr: string }

const shell = (file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Output> => {
  const { promise, resolve } = Promise.withResolvers<Output>()
  const child = execFile(file, [...args], { cwd, env, maxBuffer: 1 << 27 }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code ?? 255), stdout, stderr })
  })
  child.stdin?.end()
  return promise
}

/** A tree as text: names, kinds, modes and contents. */
const treeOf = (root: string): string =>
  readdirSync(root, { recursive: true })
    .map(String)
    .sort()
    .map((name) => {
      const path = join(root, name)
      const { mode } = lstatSync(path)
      const kind = mode & 0o170000
      const content =
        kind === 0o120000 ? `-> ${readlinkSync(path)}` : kind === 0o100000 ? readFileSync(path, 'latin1') : ''
      return `${name} ${mode.toString(8)}\n${content}`
    })
    .join('\n')

/** Runs a case by `play`, where no Python can be started, or by ansible-core. */
export const execute = async (one: Case, by: 'play' | 'ansible-core'): Promise<Outcome> => {
  // without a hyphen, at which ansible-core wraps its warnings where a letter follows
  const place = mkdtempSync(join(tmpdir(), 'conformance_'))
  const [site, home, bin] = ['site', 'home', 'bin'].map((name) => join(place, name)) as [string, string, string]
  for (const directory of [home, bin]) mkdirSync(directory)
  writeFileSync(join(place, 'empty.cfg'), '')
  chmodSync(place, 0o755)
  cpSync(one.folder, site, { recursive: true, verbatimSymlinks: true })
  rmSync(join(site, 'case.yml'), { force: true })
  if (by === 'play') for (const program of programs) symlinkSync(play, join(bin, program))
  const environment = {
    ANSIBLE_CONFIG: join(place, 'empty.cfg'),
    ANSIBLE_FORKS: '1', // hosts answer in their order
    ANSIBLE_HOME: join(home, '.ansible'),
    ANSIBLE_HOST_KEY_CHECKING: 'false',
    ANSIBLE_JINJA2_NATIVE: 'true',
    ANSIBLE_LOCALHOST_WARNING: 'false',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_PIPELINING: 'true',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    HOME: home,
    LC_ALL: 'C.UTF-8',
    NO_COLOR: '1',
    PATH: `${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    PYTHONHASHSEED: '0', // their sets have one order in every run
    PYTHONWARNINGS: 'ignore',
    SITE: site,
    USER: 'root',
    ...one.environment,
  }
  const outputs: Output[] = []
  try {
    for (const line of one.runs) {
      const [file, args] =
        by === 'play' ? ['unshare', ['--mount', 'sh', '-c', withoutPython, 'sh', line]] : ['sh', ['-c', line]]
      outputs.push(await shell(file as string, args as string[], site, environment))
    }
    const plain = (text: string): string => text.replaceAll(site, '/SITE').replaceAll(home, '/HOME')
    return {
      codes: outputs.map(({ code }) => code),
      text: plain(outputs.map(({ stdout }) => stdout).join('\n')),
      error: plain(outputs.map(({ stderr }) => stderr).join('\n')),
      tree: plain(treeOf(site)),
    }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
