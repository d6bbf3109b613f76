import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { type Command, secret, sh } from '../command.ts'
import type { Output } from '../connections/connection.ts'
import { Failure } from '../failure.ts'
import type { Host } from './module.ts'

/** A private key on the host, or its text. */
export type KeySource = {
  readonly path?: string | undefined
  readonly content?: string | undefined
  readonly passphrase?: string | undefined
}

type KeyParameters = {
  readonly privatekey_path?: string
  readonly privatekey_content?: string
  readonly privatekey_passphrase?: string
}

/** The private key that the parameters of a module name. Throws a Failure when they name none. */
export const keySourceOf = (
  host: Host,
  module: string,
  { privatekey_path: path, privatekey_content: content, privatekey_passphrase: passphrase }: KeyParameters,
): KeySource => {
  if (path !== undefined || content !== undefined) return { path, content, passphrase }
  throw new Failure('module.parameter', `${module} needs 'privatekey_path' or 'privatekey_content'`, { at: host.at })
}

/**
 * Runs a command that reads texts from /dev/fd/3, /dev/fd/4 and so on, each with a newline after it. They are variables of
 * the shell, which reads them in its own input: no argument list, environment or file holds them.
 */
export const runWith = (host: Host, inputs: readonly string[], command: Command): Promise<Output> => {
  const setting = inputs.reduce((whole, input, at) => sh`${whole}input${at}=${secret(input)}; `, sh``)
  const opening = inputs.reduce((whole, _, at) => sh`${whole} ${at + 3}<<END${at}`, sh``)
  const texts = inputs.reduce(
    (whole, _, at) => sh`${whole}
$input${at}
END${at}`,
    sh``,
  )
  return host.run(sh`${setting}{ ${command}
}${opening}${texts}
`)
}

/** What openssl complains of, without its codes. */
export const reasonOf = ({ stderr, code }: Output): string => {
  const lines = stderr
    .toString()
    .trim()
    .split('\n')
    .filter((line) => !/^Using configuration/.test(line))
  return lines.slice(-5).join('\n') || `exit code ${code}`
}

export const missingTool = (host: Host): Failure =>
  new Failure('module.tool', 'the host has no openssl', { at: host.at, hint: 'install it with an earlier task' })

/** Where openssl reads the key: a file, or the text at a descriptor. */
export const keyFile = ({ path }: KeySource, descriptor: number): string => path ?? `/dev/fd/${descriptor}`

/** What is known of a private key: the public part of it, when it can be read. */
export type KeyState = {
  readonly isThere: boolean
  readonly isEncrypted: boolean
  /** The first line of the file. */
  readonly header: string
  readonly publicKey?: KeyObject
  readonly reason?: string
}

/** Looks at a private key; of it only the public part leaves the host. */
export const lookAtKey = async (host: Host, source: KeySource): Promise<KeyState> => {
  const file = keyFile(source, 4)
  const there =
    source.path === undefined
      ? sh`:`
      : sh`[ -f ${source.path} ] || exit 3
    head -n1 -- ${source.path}; ! grep -q ENCRYPTED -- ${source.path} || echo encrypted`
  const output = await runWith(
    host,
    [source.passphrase ?? '', source.content ?? ''],
    sh`command -v openssl >/dev/null || exit 127
    ${there}; echo ---
    openssl pkey -in ${file} -passin fd:3 -pubout </dev/null`,
  )
  if (output.code === 127) throw missingTool(host)
  const [head = '', pem = ''] = output.stdout.toString().split(/^---\n/m)
  const [header = ''] = head.split('\n')
  const state = { isThere: output.code !== 3, isEncrypted: /^encrypted$/m.test(head), header }
  if (output.code === 3) return state
  if (!pem.includes('PUBLIC KEY')) return { ...state, reason: reasonOf(output) }
  return { ...state, publicKey: createPublicKey(pem) }
}

/** The public part of a key that has to be there. Throws a Failure that says why it cannot be read. */
export const publicKeyOf = async (host: Host, source: KeySource): Promise<KeyObject> => {
  const { isThere, publicKey, reason } = await lookAtKey(host, source)
  if (publicKey) return publicKey
  const name = source.path ?? 'the private key'
  throw new Failure('module.key', isThere ? `cannot read ${name}: ${reason}` : `there is no private key ${name}`, {
    at: host.at,
    hint: isThere
      ? 'is it a private key, and is its passphrase right?'
      : 'make it with an earlier task: openssl_privatekey',
  })
}

export const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

const digests = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'blake2b512', 'blake2s256']

/** Digests of a public key, as certificates' tools show them: `ab:cd:…`. */
export const fingerprints = (key: KeyObject): Record<string, string> =>
  Object.fromEntries(
    digests.map((digest) => {
      const bytes = createHash(digest).update(spkiOf(key)).digest('hex')
      return [digest.replace(/^(blake2[bs])\d+$/, '$1'), bytes.replace(/..(?=.)/g, '$&:')]
    }),
  )
