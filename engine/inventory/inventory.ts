import type { Position } from '../failure.ts'
import type { Dict, Value } from '../vars/value.ts'

/** A variable of the inventory: its value, and where it was written, for `node show` and `--explain`. */
export type Origin = { readonly source: string; readonly at?: Position }

/** Variables of one level of one host or group, from one file or section. */
export type VariableLayer = {
  /** `group_vars/all.yml`, `[compute:vars] of hosts.ini`, … relative to the inventory's directory where possible. */
  readonly source: string
  readonly values: Dict
  /** Where each top-level key stands. */
  readonly positions: ReadonlyMap<string, Position>
  /** Precedence of ansible-core's table: 3 to 10. */
  readonly level: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10
  /** Number of the inventory source that a group_vars or host_vars file stands beside: inside a level the later source wins. */
  readonly order: number
}

export type Group = {
  readonly name: string
  readonly parents: Set<string>
  readonly children: Set<string>
  /** Hosts that stand directly in it. */
  readonly hosts: Set<string>
  /** Variables of the inventory sources themselves (level 3). `layersOf` adds those of group_vars. */
  readonly layers: VariableLayer[]
  priority: number
  readonly at?: Position
}

export type InventoryHost = {
  readonly name: string
  /** Groups that it stands in directly. */
  readonly groups: Set<string>
  /** Variables of the inventory sources themselves and of add_host (level 8). `layersOf` adds those of host_vars. */
  readonly layers: VariableLayer[]
  /** The file, or the list of hosts, that named it first; none for hosts that a play has added. */
  readonly source?: string | undefined
  readonly at?: Position
}

/**
 * The parsed inventory. Groups `all` and `ungrouped` always exist. add_host and group_by change it while a play runs,
 * through the functions of edit.ts alone.
 */
export type Inventory = {
  readonly sources: readonly string[]
  readonly groups: Map<string, Group>
  readonly hosts: Map<string, InventoryHost>
  /** Dictionaries of one name on several levels: the strongest counts, or all are merged (`hash_behaviour`). */
  readonly mergesDicts: boolean
  /** The name under which a group stands here. */
  readonly groupName: (name: string) => string
  /** The source that is being read. */
  reading?: string | undefined
  /** Directory of the first source. */
  readonly directory: string
  /** Layers of group_vars or host_vars for a name, read when they are first asked for. @throws Failure */
  readonly files: (kind: 'group' | 'host', name: string) => readonly VariableLayer[]
  /** What has been worked out from the rest; emptied by every change. */
  readonly derived: {
    readonly depths: Map<string, number>
    readonly groups: Map<string, readonly string[]>
    readonly layers: Map<string, readonly VariableLayer[]>
    readonly members: Map<string, readonly string[]>
    magic?: Dict
  }
}

/** What a pattern chose. */
export type Selection = readonly string[]

/** Variables in force for a host with the layer each comes from, lowest precedence first. */
export type HostVariables = {
  readonly values: ReadonlyMap<string, Value>
  readonly origins: ReadonlyMap<string, Origin>
}
