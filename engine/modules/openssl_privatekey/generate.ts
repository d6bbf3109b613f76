import { posix } from 'node:path'
import type { OpensslPrivatekeyParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'
import { reasonOf, runWith } from '../openssl.ts'

/** openssl's names of curves that others call otherwise. */
const curves: Readonly<Record<string, string>> = { secp192r1: 'prime192v1', secp256r1: 'prime256v1' }

export const curveOf = (name: string): string => curves[name] ?? name

/** Whether the file has the older form, which only some kinds of keys have. */
export const isTraditional = ({ type, format }: OpensslPrivatekeyParameters): boolean =>
  ['RSA', 'DSA', 'ECC'].includes(type) && format !== 'pkcs8'

const newKey = ({ type, size, curve = '' }: OpensslPrivatekeyParameters): Command => {
  if (type === 'RSA') return sh`openssl genpkey -algorithm RSA -pkeyopt ${`rsa_keygen_bits:${size}`}`
  if (type === 'DSA') return sh`openssl dsaparam -genkey -noout ${size}`
  if (type !== 'ECC') return sh`openssl genpkey -algorithm ${type.toUpperCase()}`
  return sh`openssl genpkey -algorithm EC -pkeyopt ${`ec_paramgen_curve:${curveOf(curve)}`} -pkeyopt ec_param_enc:named_curve`
}

/**
 * Puts a new key, or the old one in another form, in the file's place; until it has its own mode only its owner can
 * read it. Nothing but openssl sees the key.
 */
export const makeKey = async (
  host: Host,
  params: OpensslPrivatekeyParameters,
  isConversion: boolean,
): Promise<void> => {
  const { path, passphrase, cipher } = params
  const temporary = posix.join(posix.dirname(path), `.${posix.basename(path).slice(0, 200)}.XXXXXX`)
  const form = isTraditional(params) ? ['-traditional'] : []
  const locked = passphrase === undefined ? [] : [`-${cipher === 'auto' ? 'aes256' : cipher}`, '-passout', 'fd:3']
  const source = isConversion ? sh`openssl pkey -in ${path} -passin fd:4` : newKey(params)
  const output = await runWith(
    host,
    [passphrase ?? '', passphrase ?? ''],
    sh`umask 077; new=$(mktemp ${temporary}) || exit
    trap 'rm -f "$new"' EXIT
    ${source} </dev/null | openssl pkey ${form} ${locked} -out "$new" && [ -s "$new" ] || exit 1
    [ ! -f ${path} ] || chown --reference=${path} "$new" 2>/dev/null
    mv -fT "$new" ${path} && trap - EXIT`,
  )
  if (output.code === 0) return
  throw new Failure('module.key', `cannot make the key ${path}: ${reasonOf(output)}`, { at: host.at })
}
