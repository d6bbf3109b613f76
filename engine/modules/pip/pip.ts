import type { PipParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import type { Output } from '../../connections/connection.ts'
import { Failure } from '../../failure.ts'
import { splitWords } from '../../words.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { findPip, makeEnvironment, type Pip, runPip } from './environment.ts'
import schema from './pip.schema.json' with { type: 'json' }
import { isInstalled, joinedNames, parseFreeze, parseRequirement } from './requirement.ts'

const verbs: Readonly<Record<PipParameters['state'], readonly string[]>> = {
  present: ['install'],
  absent: ['uninstall', '-y'],
  latest: ['install', '-U'],
  forcereinstall: ['install', '-U', '--force-reinstall'],
}

/** The packages as pip takes them. Throws a Failure for what pip would take for something else. */
const packagesOf = (host: Host, { name = [], version, state }: PipParameters): string[] => {
  const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
  const names = joinedNames(name).filter((one) => one !== '')
  for (const one of names) {
    checkOneLine(host, { name: one })
    if (one.startsWith('-')) throw fail(`'${one}' is no package but an option`, "write options in 'extra_args'")
  }
  if (version === undefined) return names
  if (state === 'latest') throw fail("'version' has no meaning with state=latest")
  const [first = '', ...others] = names
  if (others.length > 0) throw fail("'version' is for one package", "write versions in 'name': flask==2.0")
  if (/[<>=!~]/.test(first)) throw fail(`'${first}' has a version already: leave out 'version'`)
  return [/^\s*\d/.test(version) ? `${first}==${version.trim()}` : `${first}${version.trim()}`]
}

const argumentsOf = (params: PipParameters, packages: readonly string[]): string[] => {
  const extra = splitWords(params.extra_args ?? '')
  const editable = params.editable && !extra.includes('-e') ? ['-e'] : []
  const { requirements } = params
  return [
    ...(verbs[params.state] ?? []),
    ...extra,
    ...editable,
    ...(requirements === undefined ? packages : ['-r', requirements]),
  ]
}

/** Whether the installed packages tell that nothing needs to be done; undefined when only pip knows. */
const isDone = (params: PipParameters, packages: readonly string[], freeze: string): boolean | undefined => {
  const { state, requirements, extra_args, editable } = params
  if (requirements !== undefined || extra_args !== undefined || editable) return undefined
  if (state !== 'present' && state !== 'absent') return undefined
  const wanted = packages.map(parseRequirement)
  const installed = parseFreeze(freeze)
  if (wanted.some((one) => one === undefined)) return undefined
  const known = wanted.filter((one) => one !== undefined)
  return state === 'present'
    ? known.every((one) => isInstalled(one, installed))
    : !known.some(({ name }) => installed.has(name))
}

const said = ({ stdout, stderr }: Output) => ({ stdout: stdout.toString(), stderr: stderr.toString() })

/** Runs what must succeed, and passes on what it said. */
const mustRun = async (host: Host, params: PipParameters, command: Command) => {
  const output = await runPip(host, params, command)
  const texts = said(output)
  const isGone = params.state === 'absent' && output.code === 1 && /not installed/.test(texts.stdout + texts.stderr)
  if (output.code === 0 || isGone) return texts
  const last = (texts.stderr.trim() || texts.stdout.trim()).split('\n').slice(-5).join('\n')
  throw new Failure('module.command', `${command} ended with ${output.code}: ${last}`, {
    at: host.at,
    ...(/externally-managed-environment/.test(texts.stderr)
      ? { hint: "use a virtualenv, or break_system_packages: true where the system's own packages may be changed" }
      : {}),
  })
}

const freezeOf = async (host: Host, params: PipParameters, { words, isMissing }: Pip): Promise<string> =>
  isMissing ? '' : (await mustRun(host, params, sh`${words} list --format=freeze`)).stdout

export const pip = module<PipParameters>('pip', schema as ModuleSchema, async function* (host, params) {
  const { name, version, state, requirements, virtualenv } = params
  const packages = packagesOf(host, params)
  checkOneLine(host, { requirements })
  const program = await findPip(host, params)
  const command = sh`${program.words} ${argumentsOf(params, packages)}`
  const result: Result = {
    cmd: command.text,
    name: name ?? null,
    version: version ?? null,
    state,
    requirements: requirements ?? null,
    virtualenv: virtualenv ?? null,
  }
  const before = await freezeOf(host, params, program)
  if (!program.isMissing && isDone(params, packages, before)) return { ...result, stdout: '', stderr: '' }
  const made = program.isMissing && program.environment !== undefined ? program.environment : undefined
  if (made !== undefined) {
    yield* change({
      what: `make the virtual environment ${made}`,
      apply: () => mustRun(host, params, makeEnvironment(host, params, made)),
    })
  }
  const ran = yield* change({
    what: `${state === 'absent' ? 'remove' : 'install'} ${requirements ?? packages.join(', ')}`,
    apply: async () => {
      const texts = await mustRun(host, params, command)
      // pip says of an address that it was installed though it was there.
      const isSame = (await freezeOf(host, params, { ...program, isMissing: false })) === before
      const isNew = /^Successfully (un)?installed/m.test(texts.stdout)
      return { ...texts, isChanged: !isSame || (isNew && (state === 'forcereinstall' || requirements === undefined)) }
    },
  })
  if (!ran) return { ...result, changed: true }
  const { isChanged, ...texts } = ran
  return { ...result, ...texts, changed: isChanged || made !== undefined }
})
