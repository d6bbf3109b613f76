import { Failure } from '../../failure.ts'
import { type Dict, fromPlain } from '../../vars/value.ts'
import { byHost } from '../byhost.ts'
import type { Inventory } from '../inventory.ts'
import { type Resolve, readRecord } from './records.ts'

/** The magic variable `node` of a host; undefined where the host is no node. Throws a Failure with every problem of its record. */
export type NodeVariable = (host: string) => Dict | undefined

/** The variable `node` of every host of an inventory. A record is merged and checked when it is first asked for. */
export const nodeVariable = (inventory: Inventory, resolve: Resolve): NodeVariable => {
  const underWay = new Set<string>()
  return byHost(inventory, (host) => {
    if (underWay.has(host)) {
      throw new Failure('node.record', `the record of ${host} needs itself: one of its variables uses 'node'`, {
        hint: 'use the variables node_image, node_networks, … themselves',
      })
    }
    underWay.add(host)
    try {
      const read = readRecord(inventory, host, resolve)
      return read && (fromPlain(read.record) as Dict)
    } finally {
      underWay.delete(host)
    }
  })
}
