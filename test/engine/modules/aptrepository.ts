import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { ScratchRoot } from './scratchroot.ts'

const build = `
set -e
package() { # name version fields
  mkdir -p tree/DEBIAN tree/usr/share/prelude-demo
  printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: Demo <demo@cluster.example>\\nDescription: demo\\n%b' "$1" "$2" "$3" >tree/DEBIAN/control
  echo "$2" >"tree/usr/share/prelude-demo/$1"
  mkdir -p tree/etc; echo "# $1" >"tree/etc/$1.conf"; echo "/etc/$1.conf" >tree/DEBIAN/conffiles
  printf '#!/bin/sh\\nif [ -x /usr/sbin/policy-rc.d ]; then /usr/sbin/policy-rc.d demo start; echo "$?" >/etc/demo-policy; else echo none >/etc/demo-policy; fi\\n' >tree/DEBIAN/postinst
  chmod 0755 tree/DEBIAN/postinst
  dpkg-deb --root-owner-group -Znone -b tree "$1_$2_all.deb" >/dev/null
  rm -r tree
}
package demo-lib 1.0 ''
package demo 1.0 'Depends: demo-lib\\n'
package demo 2.0-1 'Depends: demo-lib\\nRecommends: demo-extra\\n'
package demo-extra 1:0.9~rc1 ''
package demo-mta 1.0 'Provides: demo-transport\\n'
package demo-broken 1.0 'Depends: demo-nowhere\\n'
dpkg-scanpackages -m . >Packages 2>/dev/null
`

/** A repository of tiny packages; scratch roots that are made after it see it. */
export type AptRepository = {
  readonly directory: string
  /** Makes a scratch root know this repository alone, with a package database that is empty. */
  readonly use: (root: ScratchRoot) => void
  readonly remove: () => void
}

export const makeAptRepository = (): AptRepository => {
  // Not in /tmp, which is another one in a scratch root.
  const directory = mkdtempSync('/var/tmp/prelude-apt-')
  execFileSync('sh', ['-c', build], { cwd: directory })
  return {
    directory,
    use: ({ run }) => {
      run(`
        rm -rf /etc/apt/sources.list* /etc/apt/preferences* /etc/apt/apt.conf.d/* /var/lib/apt/lists/* /var/cache/apt/*.bin
        echo 'deb [trusted=yes] file:${directory} ./' >/etc/apt/sources.list
        rm -rf /var/lib/dpkg/triggers/* /var/lib/dpkg/updates/* /var/lib/dpkg/info /var/lib/apt/periodic
        mkdir /var/lib/dpkg/info; : >/var/lib/dpkg/status; : >/var/lib/dpkg/available; : >/var/lib/dpkg/diversions; : >/var/lib/dpkg/statoverride
        rm -f /usr/sbin/policy-rc.d
        apt-get -qq update`)
    },
    remove: () => rmSync(directory, { recursive: true }),
  }
}
