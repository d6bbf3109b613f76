import { openImage } from '../../engine/connections/image.ts'
import { Failure, type Position } from '../../engine/failure.ts'
import { emptyInventory, ensureHost, reconcile } from '../../engine/inventory/build.ts'
import type { Inventory } from '../../engine/inventory/inventory.ts'
import { checkArguments } from '../../engine/modules/checkarguments.ts'
import { findModule, isModule, moduleNames } from '../../engine/modules/registry.ts'
import { createLoader } from '../../engine/playbook/loader.ts'
import type { Play, Playbook } from '../../engine/playbook/play.ts'
import type { Reporter } from '../../engine/report/event.ts'
import { type RunSummary, runPlaybooks } from '../../engine/run/run.ts'
import { createTemplar } from '../../engine/vars/createtemplar.ts'
import type { TemplarSurroundings } from '../../engine/vars/templar.ts'
import { type Dict, toPlain } from '../../engine/vars/value.ts'

export type PlayerOptions = {
  /** The host that the root is. */
  readonly node: string
  /** The root that the plays work on. */
  readonly newRoot: string
  /** Where the playbook's files are. */
  readonly directory: string
  /** Variables of the secrets: they win over all others, and are never templates. */
  readonly secrets: Dict
  readonly report: Reporter
  /** Seconds that a task may take which says nothing of it itself; any time when absent. */
  readonly taskTimeout?: number
}

export type Plays = {
  readonly playbook: string
  readonly plays: readonly Play[]
  readonly tags: readonly string[]
  /** The host's inventory variables. */
  readonly variables: Dict
  /** The host's merged record, `node` in plays; a host that has none is no node of ours. */
  readonly record?: Dict
  /** Groups with the names of their hosts. */
  readonly groups: Readonly<Record<string, readonly string[]>>
}

/** Runs plays on a root that is not `/` yet. */
export type Player = {
  /** Reads a playbook's file. @throws Failure that carries every problem of it */
  load(file: string): Promise<Playbook>
  run(plays: Plays): Promise<RunSummary>
}

const inventoryOf = ({ node, directory }: PlayerOptions, { groups, variables }: Plays): Inventory => {
  const inventory = emptyInventory({ directory })
  for (const [group, hosts] of Object.entries(groups)) {
    for (const host of hosts) ensureHost(inventory, host, group === 'all' ? undefined : group)
  }
  const host = ensureHost(inventory, node)
  host.layers.push({
    source: 'bundle',
    values: new Map([['inventory_dir', directory], ...variables]),
    positions: new Map(),
    level: 8,
    order: 0,
  })
  reconcile(inventory)
  return inventory
}

const noVault = (_: string, at: Position): string => {
  throw new Failure('vault.password', 'a node has no vault password', {
    at,
    hint: 'give the node the value as a secret: secrets.yml is there when its plays run',
  })
}

/**
 * What runs plays on a node's root, whichever connection they name: here the node stands where the image stood, and the
 * initramfs is the controller.
 */
export const openPlayer = (options: PlayerOptions): Player => {
  const { node, newRoot, directory, secrets, report } = options
  const warn = (message: string, at?: Position) => report({ type: 'warning', message, at })
  const surroundings: TemplarSurroundings = {
    warn,
    decrypt: noVault,
    searchPath: (scope) => {
      const path = scope.get('ansible_search_path')
      return [...(Array.isArray(path) ? path.map(String) : []), String(toPlain(scope.get('playbook_dir') ?? directory))]
    },
    environment: () => undefined,
  }
  const templar = createTemplar(surroundings)
  const loader = createLoader({
    isModule,
    moduleNames,
    checkArguments,
    templar,
    decrypt: noVault,
    warn,
    extraVars: secrets,
  })
  return {
    load: loader.playbook,
    run: (plays) =>
      runPlaybooks([{ file: plays.playbook, plays: plays.plays }], {
        inventory: inventoryOf(options, plays),
        templar,
        surroundings,
        report,
        loader,
        findModule,
        open: () => openImage({ root: newRoot, name: node, boot: true }),
        extraVars: secrets,
        magic: (name, host) => (name === 'node' && host === node ? plays.record : undefined),
        tags: plays.tags,
        skipTags: [],
        limit: node,
        check: false,
        diff: false,
        verbosity: 0,
        forks: 1,
        forceHandlers: false,
        taskTimeout: options.taskTimeout,
        defaults: {
          connection: 'image',
          become: false,
          becomeUser: 'root',
          becomeMethod: 'sudo',
          hostKeyChecking: true,
          timeout: 30,
          gathering: 'implicit',
        },
        directory,
      }),
  }
}
