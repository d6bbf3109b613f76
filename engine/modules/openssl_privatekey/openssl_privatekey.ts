import { posix } from 'node:path'
import type { OpensslPrivatekeyParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { describe, propertyDiff, setAttributes } from '../attributes.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { fingerprints, type KeyState, lookAtKey } from '../openssl.ts'
import { removeFile } from '../removefile.ts'
import { backUp } from '../replacefile.ts'
import { curveOf, isTraditional, makeKey } from './generate.ts'
import schema from './openssl_privatekey.schema.json' with { type: 'json' }

const kinds: Readonly<Record<OpensslPrivatekeyParameters['type'], string>> = {
  DSA: 'dsa',
  ECC: 'ec',
  Ed25519: 'ed25519',
  Ed448: 'ed448',
  RSA: 'rsa',
  X25519: 'x25519',
  X448: 'x448',
}

const checkParameters = (host: Host, { type, curve, cipher, passphrase, size }: OpensslPrivatekeyParameters): void => {
  const fail = (message: string) => new Failure('module.parameter', message, { at: host.at })
  if (type === 'ECC' && curve === undefined) throw fail("openssl_privatekey needs 'curve' for a key of the type ECC")
  if (curve !== undefined && !/^[A-Za-z0-9][\w.-]*$/.test(curve)) throw fail(`'${curve}' is no name of a curve`)
  if (!/^[A-Za-z0-9][\w.-]*$/.test(cipher)) throw fail(`'${cipher}' is no name of a cipher`)
  if ((type === 'RSA' || type === 'DSA') && size < 512) throw fail(`a key of ${size} bits protects nothing`)
  checkOneLine(host, passphrase === undefined || !/[\n\r\0]/.test(passphrase) ? {} : { passphrase: '***\n' })
}

/** What about a key that can be read is not as the task wants it. */
const differences = (params: OpensslPrivatekeyParameters, { publicKey }: KeyState): string[] => {
  const { type, size, curve = '' } = params
  const details = publicKey?.asymmetricKeyDetails
  if (publicKey?.asymmetricKeyType !== kinds[type]) return [`its type is ${publicKey?.asymmetricKeyType}`]
  if ((type === 'RSA' || type === 'DSA') && details?.modulusLength !== size) {
    return [`it has ${details?.modulusLength} bits`]
  }
  return type === 'ECC' && details?.namedCurve !== curveOf(curve) ? [`its curve is ${details?.namedCurve}`] : []
}

type Verdict = { readonly action: 'keep' | 'make' | 'convert'; readonly why: string }

/** What has to be done with the key that is there. Throws a Failure where the task forbids it. */
const judge = (host: Host, params: OpensslPrivatekeyParameters, state: KeyState): Verdict => {
  const { path, regenerate, force, format, format_mismatch, passphrase } = params
  if (!state.isThere) return { action: 'make', why: 'is not there' }
  if (force || regenerate === 'always') return { action: 'make', why: 'is made anew' }
  const refuse = (why: string) =>
    new Failure('module.key', `the key ${path} ${why}`, {
      at: host.at,
      hint: `regenerate is '${regenerate}': it stays`,
    })
  const isLocked = passphrase === undefined || state.isEncrypted
  if (!state.publicKey || !isLocked) {
    const why = state.publicKey ? 'has no passphrase' : `cannot be read: ${state.reason}`
    if (regenerate === 'full_idempotence') return { action: 'make', why }
    throw refuse(why)
  }
  if (regenerate === 'never') return { action: 'keep', why: '' }
  const [why] = differences(params, state)
  if (why !== undefined) {
    if (regenerate === 'fail') throw refuse(`is another: ${why}`)
    return { action: 'make', why }
  }
  const hasForm = /BEGIN (RSA|DSA|EC) PRIVATE KEY/.test(state.header) === isTraditional(params)
  if (format === 'auto_ignore' || hasForm) return { action: 'keep', why: '' }
  if (format_mismatch === 'convert') return { action: 'convert', why: 'has another form' }
  if (regenerate === 'fail') throw refuse('has another form')
  return { action: 'make', why: 'has another form' }
}

const told = (params: OpensslPrivatekeyParameters, { publicKey }: KeyState): Result => ({
  filename: params.path,
  type: params.type,
  size: publicKey?.asymmetricKeyDetails?.modulusLength ?? params.size,
  ...(params.type === 'ECC' ? { curve: params.curve } : {}),
  fingerprint: publicKey ? fingerprints(publicKey) : {},
})

export const openssl_privatekey = module<OpensslPrivatekeyParameters>(
  'openssl_privatekey',
  schema as ModuleSchema,
  async function* (host, params) {
    checkParameters(host, params)
    const { path, state, backup, passphrase, return_content } = params
    const old = await host.stat(path, { follow: true })
    if (state === 'absent') {
      return { filename: path, type: params.type, size: params.size, ...(yield* removeFile(host, path, old, backup)) }
    }
    const directory = posix.dirname(path)
    if (!old && !host.check && (await host.stat(directory, { follow: true }))?.type !== 'directory') {
      throw new Failure('module.file', `there is no directory ${directory}`, {
        at: host.at,
        hint: 'make it with an earlier task: file with state=directory',
      })
    }
    const before = await lookAtKey(host, { path, passphrase })
    const { action, why } = judge(host, params, before)
    let kept: string | undefined
    if (action !== 'keep') {
      const verb = action === 'convert' ? 'convert' : 'make'
      kept = yield* change({
        what: `${verb} the private key ${path}, which ${why}`,
        diff: propertyDiff(path, { state: old ? 'present' : 'absent' }, { state: 'present' }),
        apply: async () => {
          const copy = backup && old ? await backUp(host, path) : undefined
          await makeKey(host, params, action === 'convert')
          return copy
        },
      })
    }
    const now = action === 'keep' || host.check ? before : await lookAtKey(host, { path, passphrase })
    const stat = await host.stat(path, { follow: true })
    if (stat) yield* setAttributes(host, stat, params)
    const final = stat && !host.check ? await host.stat(path, { follow: true }) : stat
    return {
      ...told(params, now),
      ...(final ? describe(final) : {}),
      ...(kept === undefined ? {} : { backup_file: kept }),
      ...(return_content && final ? { privatekey: (await host.read(path)).toString() } : {}),
      size: told(params, now)['size'],
    }
  },
)
