import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { settingNamed } from '../configuration/settingnames.ts'
import { readExtraVars } from '../extravars.ts'
import { checkLimit, expandLimit } from '../inventory/pattern.ts'
import { openSite, type Site } from '../site.ts'
import type { Dict } from '../vars/value.ts'
import { decryptVault, isVault } from '../vars/vault.ts'
import type { InventoryFlags, VariableFlags, VaultFlags } from './options.ts'
import type { Start } from './start.ts'
import { vaultSecretsOf } from './vaultids.ts'

/** A site as the options of a command line choose it. */
export type Session = Start & {
  readonly site: Site
  readonly extraVars: Dict
  readonly limit: string | undefined
  /** Directories of modules that the command line names. */
  readonly modulePath: readonly string[]
}

/** Where sites keep their inventory: ours, and Ansible's. */
const systemInventories = ['/etc/prelude/inventory', '/etc/ansible/hosts']

const defaultInventory = async (): Promise<string[]> => {
  for (const path of systemInventories) {
    const exists = await access(path).then(
      () => true,
      () => false,
    )
    if (exists) return [path]
  }
  return []
}

/** Opens the site. @throws Failure that carries all problems */
export const openSession = async (
  begun: Start,
  flags: InventoryFlags & VaultFlags & VariableFlags,
  playbookDirectory: string,
): Promise<Session> => {
  const { surroundings, settings, warn } = begun
  const vaultSecrets = await vaultSecretsOf(flags, begun)
  const named = [...flags.inventory, ...(flags.inventoryFile ?? [])]
  const given = named.length > 0 ? named : settings.inventory
  const sources = given ?? (await defaultInventory())
  const decrypt = (text: string, file: string): string =>
    isVault(text) ? decryptVault(text, vaultSecrets, { file, line: 1, column: 1 }).toString() : text
  const extraVars = await readExtraVars(flags.extraVars, decrypt)
  const site = await openSite({
    inventory: sources,
    playbookDirectory: resolve(surroundings.directory, playbookDirectory),
    vaultSecrets,
    extraVars,
    warn,
    environment: surroundings.environment,
    compat: flags.compat,
    setting: (name) => settingNamed(name, settings, surroundings.environment['HOME'] ?? '/root'),
    managed: settings.ansibleManaged,
    mergesDicts: settings.hashBehaviour === 'merge',
    missing: settings.anyUnparsedIsFailed ? 'fail' : 'warn',
  })
  const limit = flags.limit === undefined ? undefined : expandLimit(flags.limit)
  if (limit !== undefined) checkLimit(site.inventory, limit, warn)
  const modulePath = (flags.modulePath ?? []).flatMap((paths) => paths.split(':')).filter((path) => path !== '')
  return { ...begun, site, extraVars, limit, modulePath }
}
