import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

/** Programs and the package manager that each of them means; the first that exists wins. */
const programs: readonly (readonly [path: string, manager: string])[] = [
  ['/run/ostree-booted', 'atomic_container'],
  ['/usr/bin/apt-get', 'apt'],
  ['/usr/bin/dnf5', 'dnf5'],
  ['/usr/bin/dnf', 'dnf'],
  ['/usr/bin/microdnf', 'dnf'],
  ['/usr/bin/yum', 'yum'],
  ['/usr/bin/zypper', 'zypper'],
  ['/sbin/apk', 'apk'],
  ['/usr/bin/pacman', 'pacman'],
  ['/usr/bin/emerge', 'portage'],
  ['/usr/bin/xbps-install', 'xbps'],
  ['/bin/opkg', 'opkg'],
  ['/usr/bin/nix', 'nix'],
]

/** The package manager of the host. A dnf or yum program beside an rpm database wins over a foreign apt-get. */
export const pkgMgr: Family = {
  name: 'pkg_mgr',
  facts: ['pkg_mgr'],
  command: verbatim(
    `for program in ${programs.map(([path]) => path).join(' ')} /etc/redhat-release; do [ ! -e $program ] || echo $program; done`,
  ),
  parse(output) {
    const found = new Set(output.split('\n'))
    const foreign = found.has('/etc/redhat-release') ? 'apt' : ''
    const [, manager = 'unknown'] = programs.find(([path, name]) => found.has(path) && name !== foreign) ?? []
    return { pkg_mgr: manager }
  },
}
