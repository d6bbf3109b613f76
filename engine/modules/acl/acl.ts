import type { AclParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './acl.schema.json' with { type: 'json' }

type Entry = {
  readonly kind: string
  readonly entity: string
  readonly permissions?: string
  readonly isDefault: boolean
}

const kinds: Readonly<Record<string, string>> = { u: 'user', g: 'group', m: 'mask', o: 'other' }

/** Reads `default:user:alice:rw` and its short forms; undefined when it is none. */
export const parseEntry = (text: string): Entry | undefined => {
  const parts = text.split(':')
  const isDefault = /^d(efault)?$/i.test(parts[0] ?? '')
  const [word = '', entity = '', permissions, ...rest] = isDefault ? parts.slice(1) : parts
  const kind = kinds[word.toLowerCase().charAt(0)]
  if (kind === undefined || !kind.startsWith(word.toLowerCase()) || rest.length > 0) return undefined
  return { kind, entity, isDefault, ...(permissions === undefined ? {} : { permissions }) }
}

/** The entry that a task is about. Throws a Failure that says which parameters do not go together. */
const entryOf = (host: Host, params: AclParameters): Entry | undefined => {
  const { state, entry, etype, entity, permissions, recursive, recalculate_mask } = params
  const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
  checkOneLine(host, { entity, entry })
  if (params.use_nfsv4_acls) throw fail("setfacl knows no NFSv4 lists: 'use_nfsv4_acls' must be false")
  if (state === 'query') {
    if (recursive) throw fail("'recursive' has no meaning with state=query")
    if (recalculate_mask !== 'default') throw fail("'recalculate_mask' has no meaning with state=query")
    if (entry !== undefined) throw fail("'entry' has no meaning with state=query")
    return undefined
  }
  if (entry !== undefined) {
    if (etype !== undefined || entity !== '' || permissions !== undefined) {
      throw fail("acl takes either 'entry' or 'etype', 'entity' and 'permissions'")
    }
    const parsed = parseEntry(entry)
    if (!parsed) throw fail(`'${entry}' is no entry`, "write it as 'user:alice:rw'")
    if (state === 'present' && parsed.permissions === undefined) throw fail(`'${entry}' lacks its permissions`)
    return { ...parsed, isDefault: parsed.isDefault || params.default }
  }
  if (etype === undefined) throw fail(`acl needs 'etype' or 'entry' with state=${state}`)
  if (/[:,]/.test(entity)) throw fail(`'${entity}' cannot be the name of a user or group`)
  if (state === 'absent' && permissions !== undefined) throw fail("'permissions' has no meaning with state=absent")
  if (state === 'absent' && entity === '') throw fail("acl needs 'entity' with state=absent")
  if (state === 'present' && permissions === undefined) throw fail("acl needs 'permissions' with state=present")
  return { kind: etype, entity, isDefault: params.default, ...(permissions === undefined ? {} : { permissions }) }
}

const setfacl = (params: AclParameters, { kind, entity, permissions, isDefault }: Entry, isTest: boolean): Command => {
  const { path, state, recursive, follow, recalculate_mask } = params
  const masks = { default: [], mask: ['--mask'], no_mask: ['--no-mask'] }
  const options = [
    ...(isTest ? ['--test'] : []),
    ...(isDefault ? ['-d'] : []),
    ...(recursive ? ['--recursive'] : []),
    ...masks[recalculate_mask],
    ...(follow ? [] : ['--physical']),
  ]
  const change = state === 'present' ? ['-m', `${kind}:${entity}:${permissions ?? ''}`] : ['-x', `${kind}:${entity}`]
  return sh`setfacl ${options} ${change} -- ${path}`
}

/** The entries of a path; with `recursive` those of each path below it, too, with an empty line between them. */
const listOf = async (host: Host, params: AclParameters): Promise<string[]> => {
  const { path, default: isDefault, recursive, follow } = params
  const options = [...(isDefault ? ['-d'] : []), ...(recursive ? ['-R'] : []), ...(follow ? [] : ['--physical'])]
  const said = await runOrFail(host, sh`getfacl --omit-header --absolute-names ${options} -- ${path}`)
  const text = said.trim()
  return text === '' ? [] : text.split('\n').map((line) => line.trim())
}

const checkTools = async (host: Host, { path }: AclParameters): Promise<void> => {
  const output = await host.run(sh`command -v setfacl >/dev/null || exit 4; [ -e ${path} ] || exit 3`)
  if (output.code === 4) {
    throw new Failure('module.tool', 'the host has no setfacl', {
      at: host.at,
      hint: "install 'acl' with an earlier task",
    })
  }
  if (output.code === 3) throw new Failure('module.file', `there is no file ${path}`, { at: host.at })
}

export const acl = module<AclParameters>('acl', schema as ModuleSchema, async function* (host, params) {
  const { path, state } = params
  const entry = entryOf(host, params)
  await checkTools(host, params)
  if (!entry) return { msg: 'current acl', acl: await listOf(host, params) }
  const { kind, entity, permissions } = entry
  const text = [kind, entity, ...(permissions ? [permissions] : [])].join(':')
  // setfacl tells what a list would become: `*` stands for one that stays as it is.
  const tested = await runOrFail(host, setfacl(params, entry, true))
  if (tested.split('\n').some((line) => line.trim() !== '' && !line.endsWith('*,*'))) {
    yield* change({
      what: `${state === 'present' ? 'give' : 'take'} ${text} ${state === 'present' ? 'to' : 'from'} ${path}`,
      diff: { before: '', after: tested },
      apply: () => runOrFail(host, setfacl(params, entry, false)),
    })
  }
  return { msg: `${text} is ${state}`, acl: await listOf(host, { ...params, default: entry.isDefault }) }
})
