import type { Settings } from '../configuration/options.ts'
import type { VaultSecret } from '../vars/vault.ts'
import { askSource, parseVaultId, readVaultSecrets, type VaultSource } from '../vars/vaultsecrets.ts'
import type { VaultFlags } from './options.ts'
import type { Start } from './start.ts'

/** Where the vault passwords of a command come from: labels of the configuration, of the command line, files, a person. */
export const vaultSources = (flags: VaultFlags, settings: Settings): VaultSource[] => {
  const label = settings.vaultIdentity
  const ids = [...(settings.vaultIdentityList ?? []), ...flags.vaultId].map((text) => parseVaultId(text, label))
  const files = [...flags.vaultPasswordFile, ...(settings.vaultPasswordFile ? [settings.vaultPasswordFile] : [])]
  for (const file of files) ids.push({ id: label ?? 'default', source: file })
  if (flags.askVaultPass || flags.askVaultPassword || settings.askVaultPass)
    ids.push({ id: label ?? 'default', source: askSource })
  return ids
}

/** What the reading of passwords is given. */
export const secretsOptions = ({
  surroundings,
  settings,
  warn,
}: Pick<Start, 'surroundings' | 'settings' | 'warn'>) => ({
  ...surroundings,
  warn,
  onlyItsOwn: settings.vaultIdMatch,
})

export const vaultSecretsOf = (
  flags: VaultFlags,
  begun: Pick<Start, 'surroundings' | 'settings' | 'warn'>,
): Promise<VaultSecret[]> => readVaultSecrets(vaultSources(flags, begun.settings), secretsOptions(begun))
