import type { NpmParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './npm.schema.json' with { type: 'json' }

type Dependency = { readonly version?: string; readonly missing?: boolean; readonly invalid?: unknown }

const checkParameters = (host: Host, { name, version, path, global, state, ci }: NpmParameters): void => {
  const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
  checkOneLine(host, { name, version, path })
  if (path === undefined && !global) throw fail("npm needs 'path', or global: true")
  if (state === 'absent' && name === undefined) throw fail("npm needs 'name' for a package that is absent")
  if (ci && name !== undefined) throw fail("'ci' installs all of the lock file: leave out 'name'")
  for (const [parameter, word] of Object.entries({ name, version })) {
    if (word?.startsWith('-')) throw fail(`'${parameter}' cannot be an option: ${word}`)
  }
}

const flags = (params: NpmParameters): string[] => [
  ...(params.global ? ['--global'] : []),
  ...(params.production ? ['--omit=dev'] : []),
  ...(params.ignore_scripts ? ['--ignore-scripts'] : []),
  ...(params.unsafe_perm ? ['--unsafe-perm'] : []),
  ...(params.force ? ['--force'] : []),
  ...(params.registry === undefined ? [] : ['--registry', params.registry]),
  ...(params.no_optional ? ['--omit=optional'] : []),
  ...(params.no_bin_links ? ['--no-bin-links'] : []),
]

/** npm in the project's directory. Throws a Failure where there is no npm. */
const npmOf = (host: Host, { executable, path }: NpmParameters) => {
  const program = executable?.split(' ') ?? ['npm']
  const place = path === undefined ? sh`:` : sh`cd -- ${path}`
  return {
    async ask(words: readonly string[]) {
      const output = await host.run(
        sh`command -v ${program[0] ?? ''} >/dev/null || exit 127
        ${path === undefined ? sh`:` : sh`[ -d ${path} ] || exit 0`}; ${place} && ${program} ${words}`,
      )
      if (output.code === 127) {
        throw new Failure('module.tool', 'the host has no npm', {
          at: host.at,
          hint: 'install it with an earlier task',
        })
      }
      return output.stdout.toString()
    },
    run: (words: readonly string[]) =>
      runOrFail(host, sh`${path === undefined ? sh`:` : sh`mkdir -p -- ${path}`}; ${place} && ${program} ${words}`),
  }
}

/** The packages that are there by name, and those that `package.json` names but which are not as it says. */
const listed = (text: string, host: Host): { there: Map<string, string | undefined>; missing: string[] } => {
  let dependencies: Readonly<Record<string, Dependency>>
  try {
    dependencies = (JSON.parse(text || '{}') as { dependencies?: Record<string, Dependency> }).dependencies ?? {}
  } catch (cause) {
    throw new Failure('module.command', 'npm list does not answer in JSON', { at: host.at, cause })
  }
  const there = new Map<string, string | undefined>()
  const missing: string[] = []
  for (const [name, { version, missing: isMissing, invalid }] of Object.entries(dependencies)) {
    if (isMissing || invalid) missing.push(name)
    else there.set(name, version)
  }
  return { there, missing }
}

export const npm = module<NpmParameters>('npm', schema as ModuleSchema, async function* (host, params) {
  checkParameters(host, params)
  const { name, version, state, ci, global } = params
  const program = npmOf(host, params)
  const step = (what: string, words: readonly string[]) => change({ what, apply: () => program.run(words) })
  if (ci) {
    yield* step('install what the lock file says', ['ci', ...flags(params)])
    return {}
  }
  const { there, missing } = listed(await program.ask(['list', '--json', '--long', ...flags(params)]), host)
  const wanted = name === undefined ? [] : [version === undefined ? name : `${name}@${version}`]
  if (state === 'absent') {
    if (name !== undefined && there.has(name)) {
      yield* step(`remove ${name}`, ['uninstall', ...flags(params), '--', name])
    }
    return {}
  }
  const isThere =
    name === undefined ? there.size > 0 : there.has(name) && (version ?? there.get(name)) === there.get(name)
  if (!isThere || missing.length > 0) {
    yield* step(`install ${wanted.join() || 'the packages of the project'}`, [
      'install',
      ...flags(params),
      '--',
      ...wanted,
    ])
  }
  if (state === 'latest' && isThere) {
    const outdated = Object.keys(
      JSON.parse((await program.ask(['outdated', '--json', ...(global ? ['--global'] : [])])) || '{}'),
    )
    if (name === undefined ? outdated.length > 0 : outdated.includes(name)) {
      const names = name === undefined ? [] : [name]
      yield* step(`update ${names.join() || 'the packages of the project'}`, [
        'update',
        ...flags(params),
        '--',
        ...names,
      ])
    }
  }
  return {}
})
