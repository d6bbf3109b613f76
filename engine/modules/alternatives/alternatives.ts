import type { AlternativesParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { propertyDiff } from '../attributes.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './alternatives.schema.json' with { type: 'json' }
import { type Alternative, type Group, parseDisplay, type Subcommand } from './display.ts'

const checkParameters = (host: Host, { name, path, link, subcommands = [] }: AlternativesParameters): void => {
  checkOneLine(host, { path, link })
  for (const one of subcommands) checkOneLine(host, { 'subcommands.path': one.path, 'subcommands.link': one.link })
  for (const word of [name, ...subcommands.map((one) => one.name)]) {
    if (/^[^-\s/][^\s/]*$/.test(word)) continue
    throw new Failure('module.parameter', `'${word}' cannot be the name of alternatives`, { at: host.at })
  }
}

const isSame = (one: Subcommand, other: Subcommand): boolean =>
  one.name === other.name && one.path === other.path && (one.link === '' || one.link === other.link)

/** Whether an alternative is as the task wants it; what the task does not tell may be anything. */
const isAsWanted = ({ priority, subcommands }: AlternativesParameters, found: Alternative): boolean => {
  if (priority !== undefined && priority !== found.priority) return false
  if (subcommands === undefined) return true
  return (
    subcommands.length === found.subcommands.length &&
    found.subcommands.every((one) => subcommands.some((other) => isSame(one, other)))
  )
}

const install = (host: Host, params: AlternativesParameters, group: Group) => {
  const { name, path } = params
  const found = group.alternatives.get(path)
  const link = params.link ?? group.link
  if (link === undefined) {
    throw new Failure('module.parameter', `alternatives needs 'link' for ${name}, which is not there yet`, {
      at: host.at,
    })
  }
  const priority = params.priority ?? found?.priority ?? 50
  const subcommands = params.subcommands ?? found?.subcommands ?? []
  const slaves = subcommands.flatMap((one) => ['--slave', one.link, one.name, one.path])
  const properties = (alternative: Alternative, at: string | undefined) => ({ ...alternative, link: at })
  return change({
    what: `install ${path} as an alternative for ${name}`,
    diff: propertyDiff(path, found ? { state: 'present', ...properties(found, group.link) } : { state: 'absent' }, {
      state: 'present',
      ...properties({ priority, subcommands }, link),
    }),
    apply: () =>
      runOrFail(
        host,
        sh`[ -e ${path} ] || { echo ${`${path} is not there`} >&2; exit 1; }
        update-alternatives --install ${link} ${name} ${path} ${priority} ${slaves}`,
      ),
  })
}

export const alternatives = module<AlternativesParameters>(
  'alternatives',
  schema as ModuleSchema,
  async function* (host, params) {
    checkParameters(host, params)
    const { name, path, state } = params
    const output = await host.run(sh`command -v update-alternatives >/dev/null || exit 127
      LC_ALL=C update-alternatives --display ${name} 2>/dev/null`)
    if (output.code === 127) throw new Failure('module.tool', 'the host has no update-alternatives', { at: host.at })
    const group = parseDisplay(output.code === 0 ? output.stdout.toString() : '')
    const found = group.alternatives.get(path)
    const messages: string[] = []
    const set = (what: string, verb: readonly string[], before: string, after: string) =>
      change({
        what,
        diff: propertyDiff(path, { state: before }, { state: after }),
        apply: () => runOrFail(host, sh`update-alternatives ${verb}`),
      })
    if (state === 'absent') {
      if (found) {
        messages.push(`Remove alternative '${path}' from '${name}'.`)
        yield* set(`remove ${path} from ${name}`, ['--remove', name, path], 'present', 'absent')
      }
      return { msg: messages.join(' ') }
    }
    if (!found || !isAsWanted(params, found)) {
      messages.push(`Install alternative '${path}' for '${name}'.`)
      yield* install(host, params, group)
    }
    // What was chosen by hand stays chosen; an automatic choice may have changed with the installation.
    if (state === 'selected' && (group.selected !== path || (!found && group.mode === 'auto'))) {
      messages.push(`Set alternative '${path}' for '${name}'.`)
      yield* set(`choose ${path} for ${name}`, ['--set', name, path], 'present', 'selected')
    }
    if (state === 'auto' && group.mode === 'manual') {
      messages.push(`Set alternative to auto for '${name}'.`)
      yield* set(`choose for ${name} by priority`, ['--auto', name], 'selected', 'present')
    }
    return { msg: messages.join(' ') }
  },
)
