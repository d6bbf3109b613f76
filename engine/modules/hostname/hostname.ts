import type { HostnameParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { change, type ModuleSchema, module } from '../module.ts'
import schema from './hostname.schema.json' with { type: 'json' }

export const hostname = module<HostnameParameters>(
  'hostname',
  schema as ModuleSchema,
  async function* (host, { name }) {
    const state = (await host.run(sh`uname -n; cat /etc/hostname 2>/dev/null`)).stdout.toString().split('\n')
    const [running = '', permanent = ''] = state.map((line) => line.trim())
    const inImage = (await host.fact('is_chroot')) === true

    if (permanent !== name) {
      yield* change({
        what: `write ${name} to /etc/hostname`,
        diff: {
          before: `${permanent}\n`,
          after: `${name}\n`,
          beforeHeader: '/etc/hostname',
          afterHeader: '/etc/hostname',
        },
        apply: () => host.write('/etc/hostname', Buffer.from(`${name}\n`), { mode: 0o644 }),
      })
    }
    // The running name belongs to the machine, not to an image that is being built on it.
    if (running !== name && !inImage) {
      yield* change({
        what: `set the running host name to ${name}`,
        apply: () => host.run(sh`hostname ${name}`),
      })
    }
    return { name, ansible_facts: { ansible_hostname: name.split('.')[0], ansible_nodename: name } }
  },
)
