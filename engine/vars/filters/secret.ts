import type { Filter } from '../context.ts'
import { passwordHash } from '../crypt/passwordhash.ts'
import type { Value } from '../value.ts'
import { decryptVault, encryptVault, isVault } from '../vault.ts'
import { integerOr, stringOf, textOr } from './given.ts'

const integer = (value: Value | undefined): number | undefined =>
  value === undefined || value === null ? undefined : integerOr(value, 0)

/** Filters that hash passwords, and that open and close vaults with a secret of the playbook's own. */
export const secretFilters: Readonly<Record<string, Filter>> = {
  password_hash: {
    parameters: ['hashtype', 'salt', 'salt_size', 'rounds', 'ident'],
    apply: (input, [kind, salt, size, rounds, ident]) =>
      passwordHash(stringOf(input, 'password_hash'), textOr(kind, 'sha512'), {
        salt: textOr(salt, ''),
        saltSize: integer(size),
        rounds: integer(rounds),
        ident: textOr(ident, ''),
      }),
  },
  unvault: {
    parameters: ['secret', 'vaultid'],
    apply: (input, [secret, id], { base }) => {
      const text = stringOf(input, 'unvault')
      const password = Buffer.from(stringOf(secret, "unvault's secret"))
      if (!isVault(text)) return text
      return decryptVault(text, [{ id: textOr(id, 'filter_default'), password }], base).toString()
    },
  },
  vault: {
    parameters: ['secret', 'salt', 'vaultid', 'wrap_object'],
    apply: (input, [secret, salt, id]) => {
      const password = Buffer.from(stringOf(secret, "vault's secret"))
      const given = textOr(salt, '')
      return encryptVault(
        Buffer.from(stringOf(input, 'vault')),
        { id: textOr(id, 'filter_default'), password },
        given === '' ? undefined : Buffer.from(given),
      )
    },
  },
}
