import type { Interface } from '../../engine/inventory/node/interfaces.ts'
import type { Merged } from '../../engine/inventory/node/merge.ts'
import type { NodeRecord, SiteBoot } from '../../schema/types.ts'

/** A node of the site: its record, where each field of it comes from, and what follows from it. */
export type Node = {
  readonly name: string
  readonly record: NodeRecord
  /** The record under its variables' names without `node_`, with origins; see fields() and originAt(). */
  readonly merged: Merged
  /** Groups it is in, `all` first, in the order in which they were merged. */
  readonly groups: readonly string[]
  readonly interfaces: readonly Interface[]
  /** Of the interface that it boots from: by it the provisioner knows the node. */
  readonly mac: string
  /** The static address that it speaks from, when its record has one. */
  readonly address: string | undefined
  /** Its policy of booting. */
  readonly boot: SiteBoot
  /** Base URLs of the further servers of images that it may ask. */
  readonly servers: readonly string[]
}
