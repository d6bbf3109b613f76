import type { Position } from './failure.ts'
import { replaceInventory } from './inventory/edit.ts'
import type { Inventory } from './inventory/inventory.ts'
import { type GroupNames, loadInventory } from './inventory/load.ts'
import { type InventoryScopes, inventoryScopes } from './inventory/scope.ts'
import { createTemplar } from './vars/createtemplar.ts'
import type { Templar, TemplarSurroundings } from './vars/templar.ts'
import { type Dict, toPlain } from './vars/value.ts'
import { decryptVault, type VaultSecret } from './vars/vault.ts'

/** An inventory with what evaluates its templates and opens its vaults. */
export type Site = InventoryScopes & {
  readonly inventory: Inventory
  /** Reads the sources of the inventory anew, in place. @throws Failure */
  readonly refresh: () => Promise<void>
  readonly templar: Templar
  readonly surroundings: TemplarSurroundings
  readonly decrypt: (ciphertext: string, at: Position) => string
  /** The bytes of a file that is a vault. */
  readonly decryptFile: (ciphertext: string, at: Position) => Buffer
}

export type SiteOptions = {
  readonly inventory: readonly string[]
  readonly playbookDirectory?: string | undefined
  readonly vaultSecrets: readonly VaultSecret[]
  /** Variables of the command line. */
  readonly extraVars?: Dict
  readonly warn: (message: string, at?: Position) => void
  /** Told what each vault holds that is opened: a `!vault` text, or a whole file (line 1, column 1). */
  readonly opened?: ((text: string, at: Position) => void) | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly compat?: '2.18' | undefined
  /** What a setting of ansible.cfg is, by Ansible's name for it; undefined for one that is not known. */
  readonly setting?: ((name: string) => unknown) | undefined
  /** The format of `ansible_managed`. */
  readonly managed?: string | undefined
  /** `hash_behaviour = merge` */
  readonly mergesDicts?: boolean | undefined
  /** What becomes of an inventory source that does not exist: an error, unless it is only warned of. */
  readonly missing?: 'fail' | 'warn' | undefined
  /** What becomes of names of groups that are none of variables. */
  readonly groupNames?: GroupNames | undefined
}

/** Loads the inventory of a site. Throws a Failure that carries all problems. */
export const openSite = async (options: SiteOptions): Promise<Site> => {
  const decryptFile = (ciphertext: string, at: Position): Buffer => decryptVault(ciphertext, options.vaultSecrets, at)
  const decrypt = (ciphertext: string, at: Position): string => {
    const text = decryptFile(ciphertext, at).toString()
    options.opened?.(text, at)
    return text
  }
  const { warn, playbookDirectory } = options
  const surroundings: TemplarSurroundings = {
    warn,
    decrypt,
    searchPath: (scope) => {
      const path = scope.get('ansible_search_path')
      const directory = toPlain(scope.get('playbook_dir') ?? playbookDirectory ?? '.')
      return [...(Array.isArray(path) ? path.map(String) : []), String(directory)]
    },
    environment: (name) => options.environment[name],
    compat: options.compat,
    setting: options.setting,
    managed: options.managed,
  }
  const templar = createTemplar(surroundings)
  const extraVars = options.extraVars ?? new Map()
  const { missing, mergesDicts, groupNames } = options
  const reading = { playbookDirectory, decrypt, warn, templar, extraVars, missing, mergesDicts, groupNames }
  const load = () => loadInventory(options.inventory, reading)
  const inventory = await load()
  const refresh = async () => replaceInventory(inventory, await load())
  const scopes = inventoryScopes(inventory, templar, extraVars)
  return { inventory, refresh, templar, surroundings, decrypt, decryptFile, ...scopes }
}
