import type { GroupByParameters } from '../../../schema/types.ts'
import { membership } from '../add_host/membership.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './group_by.schema.json' with { type: 'json' }

/** Group names take no blanks. */
const groupName = (text: string): string => text.trim().replaceAll(' ', '-')

/** Returns `add_group`, which the executor carries out for the host of the task. */
export const group_by = readOnlyModule<GroupByParameters>(
  'group_by',
  schema as ModuleSchema,
  async (host, { key, parents }) => {
    const isMember = await membership(host)
    const name = groupName(key)
    return { changed: !isMember(host.name, name), add_group: { name, parents: parents.map(groupName) } }
  },
)
