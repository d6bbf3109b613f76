import type { OpensslCsrParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { describe } from '../attributes.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { type KeySource, keyFile, keySourceOf, lookAtKey, publicKeyOf, reasonOf, runWith } from '../openssl.ts'
import { statAfter } from '../paths.ts'
import { removeFile } from '../removefile.ts'
import { openText, saveText } from '../textfile.ts'
import { configurationOf } from './configuration.ts'
import { parseRequest } from './der.ts'
import schema from './openssl_csr.schema.json' with { type: 'json' }

/** The request as openssl makes it. Throws a Failure with what openssl says. */
const make = async (host: Host, params: OpensslCsrParameters, source: KeySource): Promise<string> => {
  const { digest } = params
  if (!/^[A-Za-z0-9][\w-]*$/.test(digest)) {
    throw new Failure('module.parameter', `'${digest}' is no name of a digest`, { at: host.at })
  }
  const output = await runWith(
    host,
    [configurationOf(host, params), source.passphrase ?? '', source.content ?? ''],
    sh`openssl req -new -config /dev/fd/3 -key ${keyFile(source, 5)} -passin fd:4 ${`-${digest}`} -batch </dev/null`,
  )
  const text = output.stdout.toString()
  if (output.code === 0 && text.includes('CERTIFICATE REQUEST')) return text
  throw new Failure('module.certificate', `openssl makes no request: ${reasonOf(output)}`, { at: host.at })
}

/** Whether two requests ask for the same, with the same kind of signature. */
const isSame = (one: string, other: string): boolean => {
  const [a, b] = [parseRequest(one), parseRequest(other)]
  return (
    a !== undefined && b !== undefined && a.info.equals(b.info) && a.signatureAlgorithm.equals(b.signatureAlgorithm)
  )
}

export const openssl_csr = module<OpensslCsrParameters>(
  'openssl_csr',
  schema as ModuleSchema,
  async function* (host, params) {
    const { path, state, privatekey_path, backup, force } = params
    const file = await openText(host, path, 'utf-8')
    const told: Result = { filename: path, privatekey: privatekey_path ?? null }
    if (state === 'absent') return { ...told, ...(yield* removeFile(host, file.path, file.stat, backup)) }
    const source = keySourceOf(host, 'openssl_csr', params)
    configurationOf(host, params)
    if (host.check && !(await lookAtKey(host, source)).isThere) {
      // An earlier task would have made the key.
      yield* change({ what: `make the request ${path}`, apply: async () => undefined })
      return told
    }
    await publicKeyOf(host, source)
    const text = await make(host, params, source)
    const isKept = isSame(file.text, text)
    const saved: { readonly backup_file?: string } = yield* saveText(host, file, isKept && !force ? file.text : text, {
      attributes: params,
      backup,
      force,
    })
    const stat = await statAfter(host, file.path, file.stat)
    return {
      ...told,
      ...(stat ? describe(stat) : {}),
      ...(saved.backup_file === undefined ? {} : { backup_file: saved.backup_file }),
      ...(params.return_content ? { csr: isKept && !force ? file.text : text } : {}),
    }
  },
)
