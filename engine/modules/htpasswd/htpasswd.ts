import type { HtpasswdParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { openText, saveText } from '../textfile.ts'
import { isHashOf, newHash } from './hashes.ts'
import schema from './htpasswd.schema.json' with { type: 'json' }

type Edited = { readonly text: string; readonly msg: string }

const nameOf = (line: string): string | undefined =>
  line.startsWith('#') || !line.includes(':') ? undefined : line.slice(0, line.indexOf(':'))

const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`)

const withUser = (text: string, { name, hash_scheme }: HtpasswdParameters, password: string): Edited => {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const at = lines.findIndex((line) => nameOf(line) === name)
  if (at >= 0 && isHashOf(password, lines[at]!.slice(name.length + 1))) return { text, msg: `${name} already present` }
  const line = `${name}:${newHash(password, hash_scheme)}`
  return { text: joined(at < 0 ? [...lines, line] : lines.with(at, line)), msg: `Add/update ${name}` }
}

const withoutUser = (text: string, { name }: HtpasswdParameters): Edited => {
  const lines = text.replace(/\n$/, '').split('\n')
  const kept = lines.filter((line) => nameOf(line) !== name)
  return kept.length === lines.length
    ? { text, msg: `${name} not present` }
    : { text: joined(kept), msg: `Remove ${name}` }
}

const withoutHashes = (text: string): string => text.replace(/^([^#:\n][^:\n]*):.*$/gm, '$1:***')

const checkParameters = (host: Host, { name, password, state, hash_scheme }: HtpasswdParameters): void => {
  const fail = (message: string) => new Failure('module.parameter', message, { at: host.at })
  checkOneLine(host, { name })
  if (name === '' || name.startsWith('#') || name.includes(':')) throw fail(`'${name}' cannot be the name of a user`)
  if (state === 'present' && password === undefined) throw fail("htpasswd needs 'password' for a user who is present")
  // The password itself is in no message.
  if (hash_scheme === 'plaintext' && /[\n\r\0]/.test(password ?? '')) throw fail("'password' must stand on one line")
}

export const htpasswd = module<HtpasswdParameters>('htpasswd', schema as ModuleSchema, async function* (host, params) {
  checkParameters(host, params)
  const { path, state, create, password = '' } = params
  const file = await openText(host, path, 'utf-8')
  if (!file.stat && state === 'absent') return { msg: `${params.name} not present` }
  if (!file.stat && !create) {
    throw new Failure('module.file', `there is no file ${path}`, { at: host.at, hint: 'set create: true to make it' })
  }
  const { text, msg } = state === 'present' ? withUser(file.text, params, password) : withoutUser(file.text, params)
  const saved = yield* saveText(host, file, text, { attributes: params, backup: false, shown: withoutHashes })
  const attributes = saved.hasNewAttributes ? ' and ownership, perms or SE linux context changed' : ''
  return { msg: `${file.stat ? msg : `Created ${path} and added ${params.name}`}${attributes}` }
})
