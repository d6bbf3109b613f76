import { posix } from 'node:path'
import { quote, sh } from '../command.ts'
import type { Output } from '../connections/connection.ts'
import { Failure } from '../failure.ts'
import { toJson } from '../vars/json.ts'
import { text } from '../vars/python/text.ts'
import type { Dict, Value } from '../vars/value.ts'
import { splitWords } from '../words.ts'
import { linesOf } from './commandresult.ts'
import { type Host, type Module, module, type Result } from './module.ts'
import { runOrFail, tidy } from './runorfail.ts'
import { withTemporary } from './temporary.ts'

/** How a program is told its arguments. */
type Convention = 'json' | 'ansible' | 'inline' | 'words'

const inlineMark = '<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>'

const isBinary = (content: Buffer): boolean => content.includes(0)

/** Ansible's own conventions, by what stands in the program; one of machine code reads JSON. */
const conventionOf = (content: Buffer): Convention => {
  if (isBinary(content) || content.includes('WANT_JSON')) return 'json'
  if (content.includes(inlineMark)) return 'inline'
  return content.includes('ansible.module_utils') ? 'ansible' : 'words'
}

/** Whether a program asks if it may change something; others are not run in check mode. */
const knowsCheckMode = (content: Buffer): boolean =>
  ['_ansible_check_mode', 'supports_check_mode', '<<CHECK_MODE>>'].some((word) => content.includes(word))

/** Whether a program is Python's, by its name or its first line. */
export const isPython = (path: string, content: Buffer): boolean =>
  path.endsWith('.py') || /^#!.*\bpython/.test(content.subarray(0, 200).toString('latin1'))

type Given = Readonly<Record<string, Value>>

const dictOf = (...parts: readonly Given[]): Dict => new Map(parts.flatMap((part) => Object.entries(part)))

const argumentsText = (convention: Convention, given: Given, internal: Given): string => {
  if (convention === 'ansible') return toJson(new Map([['ANSIBLE_MODULE_ARGS', dictOf(given, internal)]]))
  if (convention !== 'words') return toJson(dictOf(given, internal))
  return [...dictOf(given, internal)].map(([name, value]) => `${name}=${quote(text(value))}`).join(' ')
}

/** What a program says: the first line of its output that begins a dictionary, and what follows. */
const answerOf = ({ code, stdout, stderr }: Output): Result => {
  const said = stdout.toString()
  try {
    const answer: unknown = JSON.parse(said.slice(said.search(/^\s*\{/m)))
    if (answer !== null && typeof answer === 'object' && !Array.isArray(answer)) return { changed: false, ...answer }
  } catch {} // it is told as a failure below
  const msg = 'MODULE FAILURE\nSee stdout/stderr for the exact error'
  return { changed: false, failed: true, rc: code, module_stdout: said, module_stderr: stderr.toString(), msg }
}

const interpreterOf = async (host: Host): Promise<readonly string[]> => {
  const given = await host.controller.expression("ansible_python_interpreter | default('auto')")
  return typeof given === 'string' && !given.startsWith('auto') ? splitWords(given) : ['python3']
}

const checkPython = async (host: Host, name: string, path: string): Promise<void> => {
  if ((await host.controller.expression('prelude_python_modules | default(false) | bool')) === true) return
  throw new Failure('module.python', `the module '${name}' is a Python program: ${path}`, {
    at: host.at,
    hint: 'set prelude_python_modules: true for hosts that have what it needs of Python',
  })
}

const withLines = (result: Result): Result => ({
  ...result,
  ...(typeof result.stdout === 'string' && !('stdout_lines' in result) ? { stdout_lines: linesOf(result.stdout) } : {}),
  ...(typeof result.stderr === 'string' && !('stderr_lines' in result) ? { stderr_lines: linesOf(result.stderr) } : {}),
})

/**
 * A program of the site as a module: it is taken to the host, told its arguments by Ansible's conventions (`WANT_JSON`, machine
 * code, `<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>`, else words `name=value` in a file), and prints its result as JSON. One of
 * Python is run where the variable `prelude_python_modules` says that hosts have it.
 */
export const siteProgram = (name: string, path: string): Module<Given> =>
  module(
    name,
    { title: name, description: `The program ${path}.`, additionalProperties: true, properties: {} },
    async function* (host, params) {
      yield* [] // what it changes it tells only afterwards
      const content = await host.controller.read(path)
      const isOfPython = isPython(path, content)
      if (isOfPython) await checkPython(host, name, path)
      if (host.check && !knowsCheckMode(content)) {
        const msg = `the program '${name}' does not ask whether it is in check mode: skipped`
        return { changed: false, skipped: true, msg }
      }
      const internal = {
        _ansible_check_mode: host.check,
        _ansible_diff: host.diff,
        _ansible_verbosity: host.verbosity,
        _ansible_module_name: name,
        _ansible_no_log: host.noLog,
        _ansible_debug: false,
      }
      const convention = conventionOf(content)
      const told = argumentsText(convention, params, internal)
      const program =
        convention === 'inline' ? Buffer.from(content.toString().replaceAll(inlineMark, () => told)) : content
      const directory = (await runOrFail(host, sh`mktemp -d`, tidy)).trim()
      const file = posix.join(directory, name)
      const args = posix.join(directory, 'args')
      return withTemporary(host, directory, async () => {
        await host.write(args, Buffer.from(told), { mode: 0o600 })
        await host.write(file, program, { mode: 0o700 })
        const words = [
          ...(isOfPython ? await interpreterOf(host) : []),
          file,
          ...(convention === 'inline' ? [] : [args]),
        ]
        return withLines(answerOf(await host.run(sh`${words} </dev/null`)))
      })
    },
  )
