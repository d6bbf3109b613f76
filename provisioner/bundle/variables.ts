import { Failure } from '../../engine/failure.ts'
import { hostVariables } from '../../engine/inventory/variables.ts'
import type { Dict, Value, Vaulted } from '../../engine/vars/value.ts'
import type { Node } from '../node/node.ts'
import type { Site } from '../site.ts'
import { holdsVault, openVaults } from './open.ts'

/** How we reach the node and its controller, which is nobody's business on the node itself. */
const keptBack = /^(?:node_bmc|ansible_(?:host|port|user|password|connection|ssh_.*|private_key.*|become.*))$/

const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text)

/** Every text in a value, for finding names. */
const textsOf = (value: Value): string => {
  const parts: string[] = []
  const visit = (part: unknown): void => {
    if (typeof part === 'string') parts.push(part)
    else if (Array.isArray(part)) part.forEach(visit)
    else if (part instanceof Map) part.forEach(visit)
    else if (typeof part === 'object' && part !== null && 'source' in part) parts.push(String(part.source))
  }
  visit(value)
  return parts.join('\n')
}

/** Decrypts where the password is at hand; else the value stays as it is, and using it says what is missing. */
export const decrypterOf =
  (site: Site) =>
  (vaulted: Vaulted): Value => {
    try {
      return site.decrypt(vaulted.ciphertext, vaulted.at)
    } catch (thrown) {
      if (thrown instanceof Failure) return vaulted
      throw thrown
    }
  }

/**
 * The node's inventory variables. Vaulted ones are decrypted, and only those that something in `used`
 * names, or another variable that is named there.
 */
export const variablesOf = (site: Site, node: Node, used: string): Dict => {
  const { values } = hostVariables(site.inventory, node.name)
  const variables: Dict = new Map()
  const vaulted = new Map<string, Value>()
  let text = used
  for (const [name, value] of values) {
    if (keptBack.test(name)) continue
    if (holdsVault(value)) vaulted.set(name, value)
    else {
      variables.set(name, value)
      if (mentions(used, name)) text += `\n${textsOf(value)}`
    }
  }
  for (let found = true; found; ) {
    found = false
    for (const [name, value] of vaulted) {
      if (!mentions(text, name)) continue
      vaulted.delete(name)
      variables.set(name, openVaults(value, decrypterOf(site)))
      text += `\n${textsOf(value)}`
      found = true
    }
  }
  return variables
}
