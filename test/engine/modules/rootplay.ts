import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Result } from '../../../engine/modules/module.ts'
import { tool } from '../../../engine/process.ts'
import { type ScratchRoot, scratchEnvironment } from './scratchroot.ts'

/** A task's parameters, and the root that it is for; what fails is tried once. */
export type RootTask = {
  readonly root: ScratchRoot
  readonly parameters: Readonly<Record<string, unknown>>
  readonly fails: boolean
}

/** A task is run in check mode, for real, and again. */
const modes = [{ check: true }, { check: false }, { check: false }]

/** Whether each run of a task is one in check mode. */
export const checksOf = ({ fails }: { readonly fails: boolean }): readonly boolean[] =>
  fails ? [false] : modes.map(({ check }) => check)

/** The hosts are the roots: what runs a module there is a Python that is started in the root. */
const inventoryOf = (tasks: readonly RootTask[]) => ({
  roots: {
    hosts: Object.fromEntries(
      tasks.map(({ root, parameters, fails }, index) => [
        `root${index}`,
        { ansible_python_interpreter: [...root.enter, '/usr/bin/python3'].join(' '), parameters, fails },
      ]),
    ),
  },
})

const playsOf = (module: string, dest: string) => {
  const tasks = modes.map(({ check }, run) => ({
    [module]: null,
    args: '{{ parameters }}',
    check_mode: check,
    ignore_errors: true,
    when: run === 1 ? 'true' : 'not fails',
    register: `result${run}`,
  }))
  const results = `[${modes.map((_, run) => `hostvars[host].result${run}`).join(', ')}] | to_json`
  const content = `[{% for host in groups.roots %}{{ ${results} }}{{ '' if loop.last else ',' }}{% endfor %}]`
  const here = { connection: 'local', gather_facts: false }
  return [
    { hosts: 'roots', ...here, tasks },
    { hosts: 'localhost', ...here, tasks: [{ 'ansible.builtin.copy': { content, dest } }] },
  ]
}

/** Runs a module by Ansible in each root, all in one play; returns the results of each root's runs. */
export const playInRoots = async (
  module: string,
  tasks: readonly RootTask[],
  environment: Readonly<Record<string, string>>,
): Promise<Result[][]> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-rootplay-'))
  const dest = join(directory, 'results')
  writeFileSync(join(directory, 'hosts.yml'), JSON.stringify(inventoryOf(tasks)))
  writeFileSync(join(directory, 'play.json'), JSON.stringify(playsOf(module, dest)))
  const env = {
    ...scratchEnvironment,
    ANSIBLE_PIPELINING: 'true',
    ANSIBLE_JINJA2_NATIVE: 'true',
    PYTHONDONTWRITEBYTECODE: '1',
    LC_ALL: 'C.UTF-8',
    ...environment,
  }
  try {
    await tool('ansible-playbook', ['-i', 'hosts.yml', '-f', '3', 'play.json'], { cwd: directory, env })
    const results: Result[][] = JSON.parse(readFileSync(dest, 'utf8'))
    return results.map((runs, index) => (tasks[index]?.fails ? runs.slice(1, 2) : runs))
  } finally {
    rmSync(directory, { recursive: true })
  }
}
