import { Failure, type Position } from '../engine/failure.ts'
import type { Inventory } from '../engine/inventory/inventory.ts'
import { selectHosts, splitPattern } from '../engine/inventory/pattern.ts'
import { openSite } from '../engine/site.ts'
import type { Scope } from '../engine/vars/scope.ts'
import type { Templar } from '../engine/vars/templar.ts'
import type { VaultSecret } from '../engine/vars/vault.ts'
import type { SiteSettings } from '../schema/types.ts'
import type { Node } from './node/node.ts'
import { loadNodes } from './node/nodes.ts'
import { vaultTexts } from './secrets/vaulttexts.ts'
import { nodePolicy, siteSettings } from './settings.ts'

/** What the provisioner knows of a site from its files: read once, never changed; a changed file makes a new one. */
export type Site = {
  readonly inventory: Inventory
  /** Directory of the inventory; overlays stand in `overlays/` below it. */
  readonly directory: string
  readonly settings: SiteSettings
  readonly nodes: ReadonlyMap<string, Node>
  readonly templar: Templar
  /** Opens what ansible-vault encrypted; throws a Failure 'vault.…' without the password. */
  readonly decrypt: (ciphertext: string, at: Position) => string
  /** Every text that was in a vault opened so far: no log of a node shows them. */
  readonly vaulted: ReadonlySet<string>
  /** What a host knows from the inventory. */
  readonly scope: (host: string) => Scope
}

export type SiteSources = {
  /** As `-i` takes them. */
  readonly inventory: readonly string[]
  readonly vaultSecrets: readonly VaultSecret[]
  readonly warn: (message: string, at?: Position) => void
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Loads a site: inventory, settings and the record of every node. Throws a Failure that carries all problems. */
export const loadSite = async (sources: SiteSources): Promise<Site> => {
  const vaulted = new Set<string>()
  const opened = (text: string, at: Position) => {
    for (const each of vaultTexts(text, at)) vaulted.add(each)
  }
  const { inventory, templar, decrypt, scope, resolve } = await openSite({ ...sources, opened })
  const settings = siteSettings(inventory, resolve)
  const nodes = loadNodes(inventory, resolve, (host) => nodePolicy(inventory, resolve, host))
  return { inventory, directory: inventory.directory, settings, nodes, templar, decrypt, vaulted, scope }
}

/** The nodes that patterns choose (names, ranges, groups); all when there are none. Throws a Failure for a part that chooses no node. */
export const selectNodes = (site: Site, patterns: readonly string[]): readonly Node[] => {
  if (patterns.length === 0) return [...site.nodes.values()]
  const chosen = new Set<string>()
  for (const pattern of patterns.flatMap(partsOf).flatMap((each) => withRanges(site.inventory, each))) {
    const hosts = selectHosts(site.inventory, pattern).filter((host) => site.nodes.has(host))
    if (hosts.length === 0) {
      throw new Failure('node.unknown', `no node is named by '${pattern}'`, {
        hint: `nodes: ${[...site.nodes.keys()].slice(0, 8).join(', ') || 'none: a node is a host with node_image'}`,
      })
    }
    for (const host of hosts) chosen.add(host)
  }
  return [...site.nodes.values()].filter(({ name }) => chosen.has(name))
}

/** Parts of a pattern that stand for themselves; one with `!` or `&` is a whole. */
const partsOf = (pattern: string): string[] => {
  const parts = splitPattern(pattern)
  return pattern.includes(',') && parts.every((part) => !/^[!&]/.test(part)) ? parts : [pattern]
}

/** `n[01-04]` and `n[01:04]` as patterns of one name each; other patterns, `group[0:3]` too, as they are. */
const withRanges = (inventory: Inventory, pattern: string): string[] => {
  const match = /^([^[\],!&~]*)\[(\d+)[-:](\d+)\]([^,!&~]*)$/.exec(pattern)
  if (!match) return [pattern]
  const [, head = '', first = '', last = '', tail = ''] = match
  if (tail === '' && inventory.groups.has(head)) return [pattern]
  const names: string[] = []
  for (let number = Number(first); number <= Number(last); number++) {
    names.push(...withRanges(inventory, `${head}${String(number).padStart(first.length, '0')}${tail}`))
  }
  return names
}
