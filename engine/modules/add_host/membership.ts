import { isDict } from '../../vars/value.ts'
import type { Host } from '../module.ts'

/** Whether the inventory knows a host as a member of a group already. */
export const membership = async (host: Host): Promise<(name: string, group: string) => boolean> => {
  const groups = await host.controller.expression('groups')
  return (name, group) => {
    const members = isDict(groups) ? groups.get(group) : undefined
    return Array.isArray(members) && members.includes(name)
  }
}
