import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** The host's Python, for roles that name packages by its version; nothing where there is none, as we need none. */
export const python: Family = {
  name: 'python',
  facts: ['python', 'python_version'],
  command: verbatim(
    'for python in /usr/bin/python3 /usr/libexec/platform-python; do if [ -x $python ]; then echo $python; $python -V 2>&1; break; fi; done',
  ),
  parse(output) {
    const [executable = '', version = ''] = output.split('\n')
    const [, major, minor, micro] = /^Python (\d+)\.(\d+)\.(\d+)/.exec(version) ?? []
    if (major === undefined) return {}
    const numbers = [Number(major), Number(minor), Number(micro)]
    return {
      python_version: numbers.join('.'),
      python: {
        executable,
        type: 'cpython',
        has_sslcontext: true,
        version: { major: numbers[0], minor: numbers[1], micro: numbers[2], releaselevel: 'final', serial: 0 },
        version_info: [...numbers, 'final', 0],
      },
    }
  },
}
