import { openImage } from '../../engine/connections/image.ts'
import { Failure, type Position } from '../../engine/failure.ts'
import { emptyInventory, ensureHost } from '../../engine/inventory/build.ts'
import type { Inventory } from '../../engine/inventory/inventory.ts'
import { checkArguments } from '../../engine/modules/checkarguments.ts'
import { findModule, isModule, moduleNames } from '../../engine/modules/registry.ts'
import { createLoader } from '../../engine/playbook/loader.ts'
import type { Reporter } from '../../engine/report/event.ts'
import { type RunSummary, runPlaybooks } from '../../engine/run/run.ts'
import { createTemplar } from '../../engine/vars/createtemplar.ts'
import type { TemplarSurroundings } from '../../engine/vars/templar.ts'
import { type Dict, toPlain } from '../../engine/vars/value.ts'
import type { Bundle } from '../../schema/types.ts'
import type { NodePlays } from './bundle.ts'

export type PrebootRun = {
  readonly bundle: Bundle
  readonly plays: NodePlays
  /** Where the bundle's files are. */
  readonly directory: string
  /** The root that the plays work on. */
  readonly newRoot: string
  /** Variables of the secrets: they win over all others, and are never templates. */
  readonly secrets: Dict
  readonly report: Reporter
  readonly signal: AbortSignal
}

const inventoryOf = ({ bundle, plays, directory }: PrebootRun): Inventory => {
  const inventory = emptyInventory({ directory })
  for (const [group, hosts] of Object.entries(bundle.groups)) {
    for (const host of hosts) ensureHost(inventory, host, group === 'all' ? undefined : group)
  }
  const host = ensureHost(inventory, bundle.node)
  host.layers.push({ source: 'bundle', values: plays.variables, positions: new Map(), level: 8, order: 0 })
  return inventory
}

const noVault = (_: string, at: Position): string => {
  throw new Failure('vault.password', 'a node has no vault password', {
    at,
    hint: 'give the node the value as a secret: it is in secrets.yml when its plays run',
  })
}

/** Runs a node's plays on its new root, whichever connection they name: here the node stands where the image stood. */
export const runBundle = async (run: PrebootRun): Promise<RunSummary> => {
  const { bundle, plays, directory, newRoot, secrets, report, signal } = run
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
  return runPlaybooks([{ file: bundle.playbook, plays: plays.plays }], {
    inventory: inventoryOf(run),
    templar,
    surroundings,
    report,
    loader,
    findModule,
    open: () => openImage({ root: newRoot, name: bundle.node, boot: true }),
    extraVars: secrets,
    tags: bundle.tags,
    skipTags: [],
    limit: bundle.node,
    check: false,
    diff: false,
    verbosity: 0,
    forks: 1,
    forceHandlers: false,
    defaults: {
      connection: 'image',
      become: false,
      becomeUser: 'root',
      becomeMethod: 'sudo',
      hostKeyChecking: true,
      timeout: 30,
      gatherFacts: true,
    },
    signal,
    directory,
  })
}
