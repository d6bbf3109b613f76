import { access } from 'node:fs/promises'
import { readExtraVars } from '../extravars.ts'
import type { Position } from '../failure.ts'
import { checkLimit, expandLimit } from '../inventory/pattern.ts'
import { openSite, readVaultSecret, type Site } from '../site.ts'
import type { Dict } from '../vars/value.ts'
import type { InventoryFlags, VariableFlags, VaultFlags } from './options.ts'
import type { Surroundings } from './surroundings.ts'

/** A site as the options of a command line choose it. */
export type Session = {
  readonly site: Site
  readonly extraVars: Dict
  readonly limit: string | undefined
}

const systemInventory = '/etc/prelude/inventory'

const defaultInventory = async ({ environment }: Surroundings): Promise<string[]> => {
  const fromEnvironment = environment['ANSIBLE_INVENTORY']
  if (fromEnvironment) return fromEnvironment.split(',').filter((part) => part !== '')
  return (await access(systemInventory).then(
    () => true,
    () => false,
  ))
    ? [systemInventory]
    : []
}

/** Opens the site. @throws Failure that carries all problems */
export const openSession = async (
  surroundings: Surroundings,
  flags: InventoryFlags & VaultFlags & VariableFlags,
  warn: (message: string, at?: Position) => void,
  playbookDirectory: string,
): Promise<Session> => {
  const vaultSecrets = await Promise.all([...flags.vaultId, ...flags.vaultPasswordFile].map(readVaultSecret))
  const sources = flags.inventory.length > 0 ? flags.inventory : await defaultInventory(surroundings)
  const extraVars = await readExtraVars(flags.extraVars, (text) => text)
  const site = await openSite({
    inventory: sources,
    playbookDirectory,
    vaultSecrets,
    extraVars,
    warn,
    environment: surroundings.environment,
    compat: flags.compat,
  })
  const limit = flags.limit === undefined ? undefined : expandLimit(flags.limit)
  if (limit !== undefined) checkLimit(site.inventory, limit, warn)
  return { site, extraVars, limit }
}
