import { sh, verbatim } from '../command.ts'
import { dump, parseDump } from './dump.ts'
import type { Family } from './family.ts'

/** Whether the kernel enforces AppArmor profiles, and whether it restricts itself to FIPS-approved cryptography. */
export const apparmor: Family = {
  name: 'apparmor',
  facts: ['apparmor', 'fips'],
  command: sh`${verbatim('[ ! -d /sys/kernel/security/apparmor ] || echo apparmor')}; ${dump('/proc/sys/crypto/fips_enabled')}`,
  parse: (output) => ({
    apparmor: { status: /^apparmor$/m.test(output) ? 'enabled' : 'disabled' },
    fips: parseDump(output).get('/proc/sys/crypto/fips_enabled') === '1',
  }),
}
