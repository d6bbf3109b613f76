import type { Settings } from '../configuration/options.ts'
import type { VaultSecret } from '../vars/vault.ts'
import { askSource, parseVaultId, readVaultSecrets, type VaultSource } from '../vars/vaultsecrets.ts'
import type { VaultFlags } from './options.ts'
import type { Surroundings } from './surroundings.ts'

/** Where the vault passwords of a command come from: labels of the configuration, of the command line, files, a person. */
export const vaultSources = (flags: VaultFlags, settings: Settings): VaultSource[] => {
  const label = settings.vaultIdentity
  const ids = [...(settings.vaultIdentityList ?? []), ...flags.vaultId].map((text) => parseVaultId(text, label))
  const files = flags.vaultPasswordFile.length > 0 ? flags.vaultPasswordFile : [settings.vaultPasswordFile ?? '']
  for (const file of files) if (file !== '') ids.push({ id: label ?? 'default', source: file })
  if (flags.askVaultPass || flags.askVaultPassword || settings.askVaultPass)
    ids.push({ id: label ?? 'default', source: askSource })
  return ids
}

export const vaultSecretsOf = (
  flags: VaultFlags,
  settings: Settings,
  surroundings: Surroundings,
): Promise<VaultSecret[]> => readVaultSecrets(vaultSources(flags, settings), surroundings)
