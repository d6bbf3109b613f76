import type { KnownHostsParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { describe } from '../attributes.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { statAfter } from '../paths.ts'
import { rewriteFile } from '../rewritefile.ts'
import { openText } from '../textfile.ts'
import schema from './known_hosts.schema.json' with { type: 'json' }
import { hashed, keyIn, withKey, withoutKey } from './lines.ts'

const checkParameters = (host: Host, { name, key, state }: KnownHostsParameters): void => {
  const fail = (message: string, hint?: string) => new Failure('module.parameter', message, { at: host.at, hint })
  checkOneLine(host, { name, key: key?.trim() })
  if (name === '' || /[\s,]/.test(name)) throw fail(`'${name}' is not the name of one host`)
  if (key === undefined) {
    if (state === 'present') throw fail("known_hosts needs 'key' when a key has to be present")
    return
  }
  if (keyIn(key, name.toLowerCase())) return
  throw fail(`'key' is no line of known_hosts about ${name}`, `write it as '${name} ssh-ed25519 AAAA...'`)
}

export const known_hosts = module<KnownHostsParameters>(
  'known_hosts',
  schema as ModuleSchema,
  async function* (host, params) {
    checkParameters(host, params)
    const { key, path, state, hash_host } = params
    const name = params.name.toLowerCase()
    const file = await openText(host, path, 'utf-8')
    const line = key !== undefined && hash_host ? hashed(key, name) : key
    const wanted = line === undefined ? undefined : keyIn(line, name)
    const after =
      state === 'present' && line !== undefined && wanted
        ? withKey(file.text, name, line, wanted)
        : withoutKey(file.text, name, wanted)
    if (after !== file.text) {
      yield* rewriteFile(host, { path: file.path, before: file.stat ? file.text : undefined, after })
    }
    const stat = after === file.text ? file.stat : await statAfter(host, file.path, file.stat)
    return { name: params.name, key: key ?? null, path, hash_host, state, ...(stat ? describe(stat) : {}) }
  },
)
