import { X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { tool } from '../../engine/process.ts'
import { replaceFile } from '../store/replace.ts'

/** What the HTTPS listener needs, and what nodes pin: all PEM. */
export type ServerIdentity = { readonly ca: string; readonly certificate: string; readonly key: string }

const day = 24 * 60 * 60 * 1000
const authorityDays = 3650
const serverDays = 825
/** A certificate that ends sooner than this is made anew. */
const renewal = 60 * day

const readIfThere = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    // what cannot be read is there: an authority made in its place would be one that no node trusts
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })

/** A P-256 key; openssl writes it to its standard output only. */
const newKey = (): Promise<string> =>
  tool('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'])

/** Runs `use` with a private directory that is gone afterwards. */
const inPrivateDirectory = async <T>(parent: string, use: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(parent, 'work-'))
  try {
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The site's certificate authority in the directory, made when there is none. Returns the PEM of its certificate. */
export const authority = async (directory: string): Promise<string> => {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const keyFile = join(directory, 'ca.key')
  const file = join(directory, 'ca.pem')
  const [key, former] = [await readIfThere(keyFile), await readIfThere(file)]
  if (key && former) return former
  await replaceFile(keyFile, key ?? (await newKey()))
  const certificate = await tool('openssl', [
    ...['req', '-x509', '-new', '-sha256', '-key', keyFile, '-days', String(authorityDays)],
    ...['-subj', '/CN=Prelude site authority'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE,pathlen:0'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ])
  await replaceFile(file, certificate, 0o644)
  return certificate
}

const alternativeNames = (names: readonly string[]): string =>
  [...new Set(names)]
    .sort()
    .map((name) => `${isIP(name) ? 'IP' : 'DNS'}:${name}`)
    .join(',')

/** Whether a certificate is of this authority, for exactly these names, and good for a while. */
const isGood = (pem: string, ca: string, names: readonly string[], now: number): boolean => {
  const certificate = new X509Certificate(pem)
  const issuer = new X509Certificate(ca)
  const has = (certificate.subjectAltName ?? '').replaceAll('IP Address:', 'IP:').split(', ').sort().join(',')
  return (
    has === alternativeNames(names).split(',').sort().join(',') &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey) &&
    Date.parse(certificate.validTo) - now > renewal
  )
}

/**
 * The identity of the HTTPS listener for these addresses and host names, signed by the site's authority (ECDSA P-256).
 * It is kept in the directory (keys mode 0600) and made anew when the names change or its end is near.
 */
export const serverIdentity = async (
  directory: string,
  names: readonly string[],
  now = Date.now(),
): Promise<ServerIdentity> => {
  const ca = await authority(directory)
  const keyFile = join(directory, 'server.key')
  const file = join(directory, 'server.pem')
  const [formerKey, former] = [await readIfThere(keyFile), await readIfThere(file)]
  if (formerKey && former && isGood(former, ca, names, now)) return { ca, certificate: former, key: formerKey }
  const key = await newKey()
  const certificate = await inPrivateDirectory(directory, async (work) => {
    const [newKeyFile, request, extensions] = ['server.key', 'request', 'extensions'].map((name) =>
      join(work, name),
    ) as [string, string, string]
    await writeFile(newKeyFile, key, { mode: 0o600 })
    await writeFile(
      extensions,
      [
        'basicConstraints=critical,CA:FALSE',
        'keyUsage=critical,digitalSignature',
        'extendedKeyUsage=serverAuth',
        `subjectAltName=${alternativeNames(names)}`,
      ].join('\n'),
    )
    await tool('openssl', [
      'req',
      '-new',
      '-sha256',
      '-key',
      newKeyFile,
      '-subj',
      '/CN=Prelude provisioner',
      '-out',
      request,
    ])
    return tool('openssl', [
      ...[
        'x509',
        '-req',
        '-sha256',
        '-in',
        request,
        '-CA',
        join(directory, 'ca.pem'),
        '-CAkey',
        join(directory, 'ca.key'),
      ],
      ...['-days', String(serverDays), '-extfile', extensions, '-set_serial', `0x${await serial()}`],
    ])
  })
  await replaceFile(keyFile, key)
  await replaceFile(file, certificate, 0o644)
  return { ca, certificate, key }
}

const serial = async (): Promise<string> =>
  (await tool('openssl', ['rand', '-hex', '16'])).trim().replace(/^[89a-f]/, '7')
