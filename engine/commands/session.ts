import { existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Settings } from '../configuration/options.ts'
import { settingNamed } from '../configuration/settingnames.ts'
import { readExtraVars } from '../extravars.ts'
import { Failure } from '../failure.ts'
import type { GroupNames } from '../inventory/load.ts'
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

const groupNamesOf = ({ groupNames = 'never' }: Settings): GroupNames => {
  const known: readonly string[] = ['never', 'ignore', 'always', 'silently']
  if (known.includes(groupNames)) return groupNames as GroupNames
  throw new Failure('cli.configuration', `force_valid_group_names cannot be '${groupNames}'`, {
    hint: `known: ${known.join(', ')}`,
  })
}

/** Tells that no host is there for a pattern but the implicit localhost. */
export const warnOfNoHosts = ({ site, settings, warn }: Session, pattern: string): void => {
  const isLocal = ['localhost', '127.0.0.1', '::1'].includes(pattern)
  if (site.inventory.hosts.size > 0 || settings.localhostWarning === false || isLocal) return
  warn(
    "provided hosts list is empty, only localhost is available. Note that the implicit localhost does not match 'all'",
  )
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
    groupNames: groupNamesOf(settings),
  })
  const isThere = (source: string) => source.includes(',') || existsSync(resolve(surroundings.directory, source))
  if (settings.unparsedWarning !== false && !sources.some(isThere))
    warn('No inventory was parsed, only implicit localhost is available')
  const limit = flags.limit === undefined ? undefined : expandLimit(flags.limit)
  if (limit !== undefined) checkLimit(site.inventory, limit, warn)
  const modulePath = (flags.modulePath ?? []).flatMap((paths) => paths.split(':')).filter((path) => path !== '')
  return { ...begun, site, extraVars, limit, modulePath }
}
