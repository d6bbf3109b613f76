import { posix } from 'node:path'
import type { PipParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import type { Output } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { splitWords } from '../../words.ts'
import type { Host } from '../module.ts'

/** How pip is called, and whether its virtual environment has to be made first. */
export type Pip = {
  readonly words: readonly string[]
  readonly environment: string | undefined
  readonly isMissing: boolean
}

/** Directory of the virtual environment; a relative one begins at `chdir`. */
const directoryOf = ({ virtualenv, chdir }: PipParameters): string | undefined =>
  virtualenv === undefined ? undefined : posix.resolve(chdir ?? '/', virtualenv)

/** Finds the pip of a task. Throws a Failure where there is none. */
export const findPip = async (host: Host, params: PipParameters): Promise<Pip> => {
  const environment = directoryOf(params)
  const { executable } = params
  if (executable !== undefined) return { words: [executable], environment, isMissing: false }
  if (environment !== undefined) {
    const output = await host.run(sh`cd -- ${environment} 2>/dev/null && [ -e bin/activate ] || exit 3
      for name in pip3 pip; do [ ! -x "bin/$name" ] || { echo "$name"; exit; }; done; exit 4`)
    if (output.code === 4) {
      throw new Failure('module.tool', `the virtual environment ${environment} has no pip`, { at: host.at })
    }
    const name = output.code === 0 ? output.stdout.toString().trim() : 'pip'
    return { words: [posix.join(environment, 'bin', name)], environment, isMissing: output.code === 3 }
  }
  const output = await host.run(sh`
    if python3 -c 'import pip' 2>/dev/null; then echo python3 -m pip; exit; fi
    for name in pip3 pip; do if command -v "$name" >/dev/null; then echo "$name"; exit; fi; done; exit 3`)
  if (output.code === 0) return { words: output.stdout.toString().trim().split(' '), environment, isMissing: false }
  throw new Failure('module.tool', 'the host has no pip', {
    at: host.at,
    hint: "install 'python3-pip' with an earlier task",
  })
}

/** The command that makes a virtual environment. Throws a Failure for parameters that do not go together. */
export const makeEnvironment = (host: Host, params: PipParameters, directory: string): Command => {
  const { virtualenv_command, virtualenv_python, virtualenv_site_packages } = params
  const site = virtualenv_site_packages ? ['--system-site-packages'] : []
  const words = splitWords(virtualenv_command)
  const python = virtualenv_python === undefined ? [] : [`--python=${virtualenv_python}`]
  if (/(^|\/)pyvenv|-m venv/.test(virtualenv_command)) {
    if (python.length > 0) {
      throw new Failure('module.parameter', "'virtualenv_python' has no meaning for venv", {
        at: host.at,
        hint: `write virtualenv_command: ${virtualenv_python} -m venv`,
      })
    }
    return sh`${words} ${site} ${directory}`
  }
  if (virtualenv_command !== 'virtualenv') return sh`${words} ${site} ${python} ${directory}`
  return sh`if command -v virtualenv >/dev/null; then virtualenv ${site} ${python} ${directory}
    else ${virtualenv_python ?? 'python3'} -m venv ${site} ${directory}; fi`
}

/** Runs pip or what makes its environment: where, and with which mask, the task says. */
export const runPip = (
  host: Host,
  { chdir, umask, break_system_packages }: PipParameters,
  command: Command,
): Promise<Output> => {
  const mask = umask === undefined ? sh`:` : sh`umask ${umask}`
  return host.run(sh`${mask}; cd -- ${chdir ?? '/tmp'} && ${command}`, {
    environment: {
      PIP_DISABLE_PIP_VERSION_CHECK: '1',
      ...(break_system_packages ? { PIP_BREAK_SYSTEM_PACKAGES: '1' } : {}),
    },
  })
}
