import type { OpensslPublickeyParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { describe } from '../attributes.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import { fingerprints, lookAtKey, publicKeyOf } from '../openssl.ts'
import { statAfter } from '../paths.ts'
import { removeFile } from '../removefile.ts'
import { replaceFile } from '../replacefile.ts'
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
    const { path, state, privatekey_path, privatekey_content, privatekey_passphrase, backup, force, format } = params
    const file = await openText(host, path, 'utf-8')
    if (state === 'absent') return { filename: path, ...(yield* removeFile(host, file.path, file.stat, backup)) }
    if (privatekey_path === undefined && privatekey_content === undefined) {
      throw new Failure('module.parameter', "openssl_publickey needs 'privatekey_path' or 'privatekey_content'", {
        at: host.at,
      })
    }
    const source = { path: privatekey_path, content: privatekey_content, passphrase: privatekey_passphrase }
    if (host.check && !(await lookAtKey(host, source)).isThere) {
      // An earlier task would have made the key.
      yield* change({ what: `write the public key ${path}`, apply: async () => undefined })
      return { filename: path, format, privatekey: privatekey_path ?? null }
    }
    const key = await publicKeyOf(host, source)
    const pem = key.export({ type: 'spki', format: 'pem' }).toString()
    const text = format === 'PEM' ? pem : openSshKey(key)
    const isSame = bare(file.text) === bare(text)
    const saved: { readonly backup_file?: string } =
      force && isSame && file.stat
        ? (yield* replaceFile(host, {
            path: file.path,
            content: Buffer.from(text),
            old: file.stat,
            before: file.bytes,
            attributes: params,
            backup,
          })).told
        : yield* saveText(host, file, isSame ? file.text : text, { attributes: params, backup })
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
