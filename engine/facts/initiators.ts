import { dump, parseDump } from './dump.ts'
import type { Family } from './family.ts'

/** The names by which storage networks know the host. */
export const initiators: Family = {
  name: 'initiators',
  facts: ['iscsi_iqn', 'hostnqn', 'fibre_channel_wwn'],
  command: dump('/etc/iscsi/initiatorname.iscsi', '/etc/nvme/hostnqn', '/sys/class/fc_host/*/port_name'),
  parse(output) {
    const files = parseDump(output)
    return {
      iscsi_iqn: /^InitiatorName=(\S+)/m.exec(files.get('/etc/iscsi/initiatorname.iscsi') ?? '')?.[1] ?? '',
      hostnqn: files.get('/etc/nvme/hostnqn')?.match(/^nqn\.\S+/m)?.[0] ?? '',
      fibre_channel_wwn: [...files].flatMap(([path, text]) =>
        path.endsWith('port_name') ? text.replace('0x', '') : [],
      ),
    }
  },
}
