import { X509Certificate } from 'node:crypto'
import type { X509CertificateParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { describe } from '../attributes.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { publicKeyOf } from '../openssl.ts'
import { parseCertificate, parseRequest, type Request } from '../openssl_csr/der.ts'
import { statAfter } from '../paths.ts'
import { removeFile } from '../removefile.ts'
import { runOrFail } from '../runorfail.ts'
import { openText, saveText } from '../textfile.ts'
import { fault, subjectKeyIdentifier, type Wanted } from './judge.ts'
import { type Signer, sign } from './sign.ts'
import { timeOf, timeText } from './times.ts'
import schema from './x509_certificate.schema.json' with { type: 'json' }

/** The text of a file of the host, or what the task gives; undefined when it is not there yet. */
const textOf = async (
  host: Host,
  path: string | undefined,
  content: string | undefined,
): Promise<string | undefined> => {
  if (path === undefined) return content
  const stat = await host.stat(path, { follow: true })
  return stat?.type === 'file' ? (await host.read(path)).toString() : undefined
}

const needed = (
  host: Host,
  params: X509CertificateParameters,
  names: readonly (keyof X509CertificateParameters)[],
): void => {
  if (names.some((name) => params[name] !== undefined)) return
  const list = names.map((name) => `'${name}'`).join(' or ')
  throw new Failure('module.parameter', `x509_certificate needs ${list}`, { at: host.at })
}

/** When the certificate begins and ends, by the host's clock. */
const timesOf = async (host: Host, from: string, to: string): Promise<{ notBefore: string; notAfter: string }> => {
  const now = Number(await runOrFail(host, sh`date +%s`))
  const [begin, end] = [from, to].map((text) => {
    const time = timeOf(text, now)
    if (time) return time
    throw new Failure('module.parameter', `'${text}' is no time`, {
      at: host.at,
      hint: "write '+3650d', '+1w2d3h', or '20300101000000Z'",
    })
  }) as [Date, Date]
  if (end <= begin) throw new Failure('module.parameter', `the certificate would end before it begins`, { at: host.at })
  return { notBefore: timeText(begin), notAfter: timeText(end) }
}

const signerOf = async (host: Host, params: X509CertificateParameters): Promise<Signer> => {
  const isOwn = params.provider === 'selfsigned'
  const digest = isOwn ? params.selfsigned_digest : params.ownca_digest
  if (!/^[A-Za-z0-9][\w-]*$/.test(digest)) {
    throw new Failure('module.parameter', `'${digest}' is no name of a digest`, { at: host.at })
  }
  if (isOwn) {
    return {
      key: {
        path: params.privatekey_path,
        content: params.privatekey_content,
        passphrase: params.privatekey_passphrase,
      },
      digest,
      ...(await timesOf(host, params.selfsigned_not_before, params.selfsigned_not_after)),
      subjectKeyIdentifier: params.selfsigned_create_subject_key_identifier,
      authorityKeyIdentifier: false,
    }
  }
  const certificate = await textOf(host, params.ownca_path, params.ownca_content)
  if (certificate === undefined || !parseCertificate(certificate)) {
    throw new Failure(
      'module.certificate',
      `there is no certificate of the CA in ${params.ownca_path ?? "'ownca_content'"}`,
      {
        at: host.at,
      },
    )
  }
  return {
    key: {
      path: params.ownca_privatekey_path,
      content: params.ownca_privatekey_content,
      passphrase: params.ownca_privatekey_passphrase,
    },
    certificate,
    digest,
    ...(await timesOf(host, params.ownca_not_before, params.ownca_not_after)),
    subjectKeyIdentifier: params.ownca_create_subject_key_identifier,
    authorityKeyIdentifier: params.ownca_create_authority_key_identifier,
  }
}

/** The request, and who has to have signed it. Throws a Failure where the keys do not belong together. */
const wantedOf = async (host: Host, signer: Signer, request: Request): Promise<Wanted> => {
  const key = await publicKeyOf(host, signer.key)
  const der = key.export({ type: 'spki', format: 'der' })
  const fail = (message: string) => new Failure('module.certificate', message, { at: host.at })
  if (signer.certificate === undefined) {
    if (!der.equals(request.key)) throw fail('the request was not made with this private key')
    return { request, signer: key, issuer: request.subject, identifier: signer.subjectKeyIdentifier }
  }
  const authority = parseCertificate(signer.certificate)
  if (!authority?.key.equals(der)) throw fail("the CA's private key does not belong to its certificate")
  return { request, signer: key, issuer: authority.subject, identifier: signer.subjectKeyIdentifier }
}

/** Keys of Edwards curves have a digest of their own, and openssl takes no other. */
const digested = (signer: Signer, wanted: Wanted): Signer =>
  /^ed/.test(wanted.signer.asymmetricKeyType ?? '') ? { ...signer, digest: 'default' } : signer

const timesIn = (text: string): Result => {
  if (!parseCertificate(text)) return {}
  const { validFromDate, validToDate, serialNumber } = new X509Certificate(text)
  return {
    notBefore: timeText(validFromDate),
    notAfter: timeText(validToDate),
    serial_number: BigInt(`0x${serialNumber}`).toString(),
  }
}

/** Whether the times of a certificate are those that the task asks for. */
const hasTimes = (text: string, { notBefore, notAfter }: Signer): boolean => {
  const times = timesIn(text)
  return times['notBefore'] === notBefore && times['notAfter'] === notAfter
}

export const x509_certificate = module<X509CertificateParameters>(
  'x509_certificate',
  schema as ModuleSchema,
  async function* (host, params) {
    const { path, state, provider, backup, force, privatekey_path } = params
    const file = await openText(host, path, 'utf-8')
    const told: Result = { filename: path, privatekey: privatekey_path ?? null, csr: params.csr_path ?? null }
    if (state === 'absent') return { ...told, ...(yield* removeFile(host, file.path, file.stat, backup)) }
    needed(host, params, ['provider'])
    needed(host, params, ['csr_path', 'csr_content'])
    if (provider === 'selfsigned') needed(host, params, ['privatekey_path', 'privatekey_content'])
    else {
      needed(host, params, ['ownca_path', 'ownca_content'])
      needed(host, params, ['ownca_privatekey_path', 'ownca_privatekey_content'])
    }
    const text = await textOf(host, params.csr_path, params.csr_content)
    if (text === undefined && host.check) {
      // An earlier task would have made the request.
      yield* change({ what: `make the certificate ${path}`, apply: async () => undefined })
      return told
    }
    const request = parseRequest(text ?? '')
    if (text === undefined || !request) {
      throw new Failure('module.certificate', `there is no request in ${params.csr_path ?? "'csr_content'"}`, {
        at: host.at,
        hint: 'make it with an earlier task: openssl_csr',
      })
    }
    const signer = await signerOf(host, params)
    const wanted = await wantedOf(host, signer, request)
    const isKept =
      !force && fault(file.text, wanted) === undefined && (params.ignore_timestamps || hasTimes(file.text, signer))
    const certificate = isKept
      ? file.text
      : await sign(host, digested(signer, wanted), text, request.extensions.has(subjectKeyIdentifier))
    const wrong = fault(certificate, wanted)
    if (wrong !== undefined) {
      throw new Failure('module.certificate', `openssl made a certificate that ${wrong} than the request`, {
        at: host.at,
        hint: 'the subject has a field that openssl ca does not take',
      })
    }
    const saved: { readonly backup_file?: string } = yield* saveText(host, file, certificate, {
      attributes: params,
      backup,
    })
    const stat = await statAfter(host, file.path, file.stat)
    return {
      ...told,
      ...timesIn(certificate),
      ...(provider === 'ownca'
        ? { ca_cert: params.ownca_path ?? null, ca_privatekey: params.ownca_privatekey_path ?? null }
        : {}),
      ...(stat ? describe(stat) : {}),
      ...(saved.backup_file === undefined ? {} : { backup_file: saved.backup_file }),
      ...(params.return_content ? { certificate } : {}),
    }
  },
)
