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
}

export type Group = {
  readonly name: string
  readonly parents: Set<string>
  readonly children: Set<string>
  /** Hosts that stand directly in it. */
  readonly hosts: Set<string>
  readonly layers: VariableLayer[]
  priority: number
  readonly at?: Position
}

export type InventoryHost = {
  readonly name: string
  /** Groups that it stands in directly. */
  readonly groups: Set<string>
  readonly layers: VariableLayer[]
  readonly at?: Position
}

/** The parsed inventory. Groups `all` and `ungrouped` always exist. add_host and group_by change it while a play runs. */
export type Inventory = {
  readonly sources: readonly string[]
  readonly groups: Map<string, Group>
  readonly hosts: Map<string, InventoryHost>
  /** Directory of the first source. */
  readonly directory: string
}

/** What a pattern chose. */
export type Selection = readonly string[]

/** Variables in force for a host with the layer each comes from, lowest precedence first. */
export type HostVariables = {
  readonly values: ReadonlyMap<string, Value>
  readonly origins: ReadonlyMap<string, Origin>
}
