import { posix } from 'node:path'
import type { YumRepositoryParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { contentDiff } from '../contentdiff.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { openText, saveText } from '../textfile.ts'
import { withoutSection, withSection } from './repofile.ts'
import schema from './yum_repository.schema.json' with { type: 'json' }

/** Parameters that are no option of the section, or not under their own name. */
const others = ['name', 'state', 'description', 'file', 'reposdir', 'owner', 'group', 'mode', 'attributes', 'seuser']
const notOptions = new Set([...others, 'serole', 'setype', 'selevel', 'unsafe_writes'])

/** Options that hold several values in one line; others take a line for each. */
const inOneLine = new Set(['exclude', 'excludepkgs', 'includepkgs'])

const textOf = (key: string, value: unknown): string => {
  if (Array.isArray(value)) return value.join(inOneLine.has(key) ? ' ' : '\n')
  return typeof value === 'boolean' ? String(Number(value)) : String(value)
}

const withoutPasswords = (text: string): string => text.replace(/^(\w*password\s*[=:]\s*).*$/gim, '$1***')

/** The section's options, sorted as Ansible writes them. Throws a Failure for a text that would end the option. */
const optionsOf = (host: Host, params: YumRepositoryParameters): Map<string, string> => {
  const { description, baseurl, metalink, mirrorlist } = params
  if (baseurl === undefined && metalink === undefined && mirrorlist === undefined) {
    throw new Failure('module.parameter', "yum_repository needs one of 'baseurl', 'metalink', 'mirrorlist'", {
      at: host.at,
    })
  }
  if (description === undefined) {
    throw new Failure('module.parameter', "yum_repository needs 'description'", {
      at: host.at,
      hint: 'dnf shows it as the name of the repository',
    })
  }
  const given: [string, unknown][] = Object.entries({ ...params, name: description })
  const options = given
    .filter(([key, value]) => value !== undefined && (key === 'name' || !notOptions.has(key)))
    .map(([key, value]): [string, string] => {
      const texts = (Array.isArray(value) ? value : [value]).map(String)
      if (texts.some((text) => /[\n\r\0]/.test(text))) {
        throw new Failure('module.parameter', `yum_repository: '${key}' must be one line`, { at: host.at })
      }
      return [key, textOf(key, value)]
    })
  return new Map(options.sort(([one], [other]) => (one < other ? -1 : 1)))
}

export const yum_repository = module<YumRepositoryParameters>(
  'yum_repository',
  schema as ModuleSchema,
  async function* (host, params) {
    const { name, state, reposdir } = params
    const file = params.file ?? name
    for (const text of [name, file]) {
      if (!/[\n\r\0/\]]/.test(text) && text !== '') continue
      throw new Failure('module.parameter', `yum_repository: '${text}' can be no name of a repository`, {
        at: host.at,
        hint: 'names have no slash, bracket or line break',
      })
    }
    const options = state === 'present' ? optionsOf(host, params) : undefined
    const directory = await host.stat(reposdir, { follow: true })
    if (directory?.type !== 'directory') {
      throw new Failure('module.file', `there is no directory ${reposdir}`, {
        at: host.at,
        hint: 'this host has no dnf or yum, or an earlier task has to make it',
      })
    }
    const text = await openText(host, posix.join(reposdir, `${file}.repo`), 'utf-8')
    const after = options ? withSection(text.text, name, options) : withoutSection(text.text, name)
    const result = { repo: name, state }
    if (after === undefined) {
      yield* change({
        what: `remove ${text.path}`,
        diff: contentDiff(text.path, Buffer.from(withoutPasswords(text.text)), undefined),
        apply: () => runOrFail(host, sh`rm -- ${text.path}`),
      })
    } else if (text.stat || options) {
      yield* saveText(host, text, after, { attributes: params, backup: false, shown: withoutPasswords })
    }
    return result
  },
)
