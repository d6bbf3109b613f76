import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { Failure, type Position } from '../failure.ts'

/** A vault password and the identity it belongs to (`default` without one). */
export type VaultSecret = {
  readonly id: string
  readonly password: Buffer
  /** It opens nothing that names another identity (`vault_id_match`). */
  readonly onlyItsOwn?: boolean | undefined
}

const header = /^\$ANSIBLE_VAULT;(1\.[12]);AES256(?:;([^\r\n]+))?\s*\r?\n/

/** Whether a text is what ansible-vault encrypted. */
export const isVault = (text: string): boolean => text.startsWith('$ANSIBLE_VAULT;')

/** The label that a vault names; `default` without one. */
export const vaultIdOf = (text: string): string => header.exec(text)?.[2] ?? 'default'

/** Key, HMAC key and counter block, as ansible-vault derives them. */
const derive = (password: Buffer, salt: Buffer) => {
  const bytes = pbkdf2Sync(password, salt, 10_000, 80, 'sha256')
  return { key: bytes.subarray(0, 32), hmacKey: bytes.subarray(32, 64), counter: bytes.subarray(64, 80) }
}

const open = (password: Buffer, salt: Buffer, mac: Buffer, ciphertext: Buffer): Buffer | undefined => {
  const { key, hmacKey, counter } = derive(password, salt)
  const expected = createHmac('sha256', hmacKey).update(ciphertext).digest()
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) return undefined
  const decipher = createDecipheriv('aes-256-ctr', key, counter)
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()])
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
}

/**
 * Decrypts ansible-vault's format 1.1 and 1.2, and tells which secret did it. Secrets of the text's own identity are
 * tried first, then all others. Throws a Failure 'vault.…' at the position when the text is damaged or no secret opens it.
 */
export const openVault = (
  text: string,
  secrets: readonly VaultSecret[],
  at: Position,
): { readonly plain: Buffer; readonly secret: VaultSecret } => {
  const head = header.exec(text)
  if (!head) {
    throw new Failure('vault.format', 'this is no text of ansible-vault', {
      at,
      hint: 'it begins with $ANSIBLE_VAULT;1.1;AES256 or $ANSIBLE_VAULT;1.2;AES256;ID',
    })
  }
  const body = Buffer.from(text.slice(head[0].length).replace(/\s+/g, ''), 'hex').toString()
  const [salt, mac, ciphertext] = body.split('\n').map((part) => Buffer.from(part, 'hex'))
  if (!salt?.length || !mac?.length || !ciphertext?.length) {
    throw new Failure('vault.format', 'the vault text is damaged', { at, hint: 'restore it from a copy' })
  }
  const id = head[2] ?? 'default'
  const own = secrets.filter((each) => each.id === id)
  const sorted = [...own, ...secrets.filter((each) => each.id !== id && !each.onlyItsOwn)]
  for (const secret of sorted) {
    const plain = open(secret.password, salt, mac, ciphertext)
    if (plain) return { plain, secret }
  }
  throw new Failure(
    'vault.secret',
    secrets.length === 0
      ? 'a vault password is needed'
      : sorted.length === 0
        ? `no vault password has the identity '${id}' of this, and vault_id_match forbids others`
        : 'no vault password opens this',
    {
      at,
      hint: 'give it by --vault-password-file FILE, --vault-id ID@FILE or --ask-vault-pass',
    },
  )
}

/** What a vault holds. @throws Failure as openVault */
export const decryptVault = (text: string, secrets: readonly VaultSecret[], at: Position): Buffer =>
  openVault(text, secrets, at).plain

/** Encrypts as ansible-vault does; format 1.2 when an identity other than `default` is named. */
export const encryptVault = (plain: Buffer, secret: VaultSecret, salt: Buffer = randomBytes(32)): string => {
  const { key, hmacKey, counter } = derive(secret.password, salt)
  const padding = 16 - (plain.length % 16)
  const cipher = createCipheriv('aes-256-ctr', key, counter)
  const ciphertext = Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.alloc(padding, padding)])),
    cipher.final(),
  ])
  const mac = createHmac('sha256', hmacKey).update(ciphertext).digest()
  const body = Buffer.from([salt, mac, ciphertext].map((part) => part.toString('hex')).join('\n')).toString('hex')
  const first = secret.id === 'default' ? '$ANSIBLE_VAULT;1.1;AES256' : `$ANSIBLE_VAULT;1.2;AES256;${secret.id}`
  return `${first}\n${(body.match(/.{1,80}/g) ?? []).join('\n')}\n`
}
