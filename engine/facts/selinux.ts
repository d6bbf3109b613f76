import { dump, parseAssignments, parseDump } from './dump.ts'
import type { Family } from './family.ts'

const mode = (enforce: string | undefined): string => (enforce === '1' ? 'enforcing' : 'permissive')

/** SELinux: only its status where it is off. Nothing is needed on the host to set contexts, so `selinux_python_present` holds. */
export const selinux: Family = {
  name: 'selinux',
  facts: ['selinux', 'selinux_python_present'],
  command: dump('/sys/fs/selinux/enforce', '/sys/fs/selinux/policyvers', '/etc/selinux/config'),
  parse(output) {
    const files = parseDump(output)
    const enforce = files.get('/sys/fs/selinux/enforce')
    if (enforce === undefined) return { selinux: { status: 'disabled' }, selinux_python_present: true }
    const config = parseAssignments(files.get('/etc/selinux/config') ?? '')
    return {
      selinux: {
        status: 'enabled',
        mode: mode(enforce),
        config_mode: config.get('SELINUX') ?? 'unknown',
        type: config.get('SELINUXTYPE') ?? 'unknown',
        policyvers: Number(files.get('/sys/fs/selinux/policyvers')) || 'unknown',
      },
      selinux_python_present: true,
    }
  },
}
