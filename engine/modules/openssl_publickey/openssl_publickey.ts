import type { OpensslPublickeyParameters } from '../../../schema/types.ts'
import { describe } from '../attributes.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { fingerprints, keySourceOf, lookAtKey, publicKeyOf } from '../openssl.ts'
import { statAfter } from '../paths.ts'
import { removeFile } from '../removefile.ts'
import { openText, saveText } from '../textfile.ts'
import { openSshKey } from './openssh.ts'
import schema from './openssl_publickey.schema.json' with { type: 'json' }

/** The key of a PEM text or of an OpenSSH line, without what may stand around it. */
const bare = (text: string): string =>
  text
    .trim()
    .split(/\s+/)
    .slice(0, text.startsWith('ssh-') ? 2 : undefined)
    .join(' ')

export const openssl_publickey = module<OpensslPublickeyParameters>(
  'openssl_publickey',
  schema as ModuleSchema,
  async function* (host, params) {
    const { path, state, privatekey_path, backup, force, format } = params
    const file = await openText(host, path, 'utf-8')
    if (state === 'absent') return { filename: path, ...(yield* removeFile(host, file.path, file.stat, backup)) }
    const source = keySourceOf(host, 'openssl_publickey', params)
    if (host.check && !(await lookAtKey(host, source)).isThere) {
      // An earlier task would have made the key.
      yield* change({ what: `write the public key ${path}`, apply: async () => undefined })
      return { filename: path, format, privatekey: privatekey_path ?? null }
    }
    const key = await publicKeyOf(host, source)
    const pem = key.export({ type: 'spki', format: 'pem' }).toString()
    const text = format === 'PEM' ? pem : openSshKey(key)
    const isSame = bare(file.text) === bare(text)
    const saved: { readonly backup_file?: string } = yield* saveText(host, file, isSame && !force ? file.text : text, {
      attributes: params,
      backup,
      force,
    })
    const stat = await statAfter(host, file.path, file.stat)
    const copy = saved.backup_file
    return {
      filename: path,
      format,
      privatekey: privatekey_path ?? null,
      fingerprint: fingerprints(key),
      ...(stat ? describe(stat) : {}),
      ...(copy === undefined ? {} : { backup_file: copy }),
      ...(params.return_content ? { publickey: text } : {}),
    }
  },
)
