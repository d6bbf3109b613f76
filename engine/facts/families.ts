import { apparmor } from './apparmor.ts'
import { capabilities } from './capabilities.ts'
import { cmdline } from './cmdline.ts'
import { dateTime } from './datetime.ts'
import { devices } from './devices.ts'
import { distribution } from './distribution.ts'
import { dmi } from './dmi.ts'
import { dns } from './dns.ts'
import { env } from './env.ts'
import type { Family } from './family.ts'
import { fqdn } from './fqdn.ts'
import { initiators } from './initiators.ts'
import { isChroot } from './ischroot.ts'
import { load } from './load.ts'
import { local } from './localfacts.ts'
import { lsb } from './lsb.ts'
import { lvm } from './lvm.ts'
import { memory } from './memory.ts'
import { mounts } from './mounts.ts'
import { network } from './network.ts'
import { pkgMgr } from './pkgmgr.ts'
import { platform } from './platform.ts'
import { processor } from './processor.ts'
import { python } from './python.ts'
import { selinux } from './selinux.ts'
import { serviceMgr } from './servicemgr.ts'
import { sshKeys } from './sshkeys.ts'
import { uptime } from './uptime.ts'
import { user } from './user.ts'
import { virtualization } from './virtualization.ts'

/** All families of facts. */
export const families: readonly Family[] = [
  distribution,
  platform,
  fqdn,
  pkgMgr,
  serviceMgr,
  isChroot,
  processor,
  memory,
  uptime,
  load,
  network,
  dns,
  mounts,
  devices,
  lvm,
  initiators,
  dmi,
  virtualization,
  dateTime,
  env,
  user,
  cmdline,
  capabilities,
  selinux,
  apparmor,
  lsb,
  python,
  sshKeys,
  local,
]
