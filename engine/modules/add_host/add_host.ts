import type { AddHostParameters } from '../../../schema/types.ts'
import { type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './add_host.schema.json' with { type: 'json' }
import { membership } from './membership.ts'

/** `name:port`, but not an IPv6 address, which may stand in brackets before its port. */
const withPort = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d+)$/

/** Returns `add_host`, which the executor carries out. */
export const add_host = readOnlyModule<AddHostParameters>(
  'add_host',
  schema as ModuleSchema,
  async (host, { name: given, groups: wanted = [], ...vars }) => {
    const [, address, plain, port] = withPort.exec(given) ?? []
    const name = address ?? plain ?? given
    const groups = wanted.map((group) => group.trim()).filter((group) => group !== '')
    const isMember = await membership(host)
    return {
      changed: !['all', ...groups].every((group) => isMember(name, group)),
      add_host: { name, groups, vars: port === undefined ? vars : { ansible_port: Number(port), ...vars } },
    }
  },
)
