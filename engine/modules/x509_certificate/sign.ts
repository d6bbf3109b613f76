import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import { type KeySource, keyFile, reasonOf, runWith } from '../openssl.ts'

/** Who signs, with which key, and what about it. */
export type Signer = {
  readonly key: KeySource
  /** The CA's certificate; absent when a certificate is signed by its own key. */
  readonly certificate?: string | undefined
  readonly digest: string
  readonly notBefore: string
  readonly notAfter: string
  readonly subjectKeyIdentifier: 'create_if_not_provided' | 'always_create' | 'never_create'
  readonly authorityKeyIdentifier: boolean
}

/** Fields that a subject may have; openssl would leave out others without a word, which is looked after later. */
const fields = [
  ...['countryName', 'stateOrProvinceName', 'localityName', 'organizationName', 'organizationalUnitName'],
  ...['commonName', 'emailAddress', 'serialNumber', 'domainComponent', 'userId', 'givenName', 'surname', 'initials'],
  ...['title', 'streetAddress', 'postalCode', 'name', 'description', 'dnQualifier', 'generationQualifier', 'pseudonym'],
  ...['businessCategory', 'unstructuredName'],
]

/** The configuration of `openssl ca`: a CA that keeps no records. */
const configuration = ({ subjectKeyIdentifier, authorityKeyIdentifier }: Signer, hasIdentifier: boolean): string => {
  const isIdentified =
    subjectKeyIdentifier === 'always_create' || (subjectKeyIdentifier === 'create_if_not_provided' && !hasIdentifier)
  return `${[
    '[ca]',
    'default_ca = once',
    '[once]',
    'database = $ENV::directory/index',
    'new_certs_dir = $ENV::directory',
    'rand_serial = yes',
    'unique_subject = no',
    'email_in_dn = yes',
    'preserve = yes',
    'policy = fields',
    'copy_extensions = copyall',
    'x509_extensions = extensions',
    '[fields]',
    ...fields.map((field) => `${field} = optional`),
    '[extensions]',
    ...(isIdentified ? ['subjectKeyIdentifier = hash'] : []),
    ...(authorityKeyIdentifier ? ['authorityKeyIdentifier = keyid'] : []),
  ].join('\n')}\n`
}

/** Signs a request. Throws a Failure with what openssl says. */
export const sign = async (host: Host, signer: Signer, request: string, hasIdentifier: boolean): Promise<string> => {
  const { key, certificate, digest, notBefore, notAfter } = signer
  const who = certificate === undefined ? sh`-selfsign` : sh`-cert "$directory/ca"`
  const output = await runWith(
    host,
    [configuration(signer, hasIdentifier), key.passphrase ?? '', request, certificate ?? '', key.content ?? ''],
    sh`directory=$(mktemp -d) || exit
    export directory; trap 'rm -rf "$directory"' EXIT
    : >"$directory/index"; cat <&5 >"$directory/request"; cat <&6 >"$directory/ca"
    openssl ca -batch -notext -utf8 -config /dev/fd/3 -in "$directory/request" -out "$directory/certificate" \
      -keyfile ${keyFile(key, 7)} -passin fd:4 ${who} -md ${digest} -startdate ${notBefore} -enddate ${notAfter} </dev/null >&2 &&
      cat "$directory/certificate"`,
  )
  const text = output.stdout.toString()
  if (output.code === 0 && text.includes('BEGIN CERTIFICATE')) return text
  throw new Failure('module.certificate', `openssl makes no certificate: ${reasonOf(output)}`, { at: host.at })
}
