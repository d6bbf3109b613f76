import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { ScratchRoot } from './scratchroot.ts'

const build = `
set -e
package() { # name version fields
  printf 'Name: %s\\nVersion: %s\\nRelease: 1\\nSummary: demo\\nLicense: none\\nBuildArch: noarch\\n%b%%description\\ndemo\\n%%install\\nmkdir -p %%{buildroot}/usr/share/prelude-demo\\necho %s >%%{buildroot}/usr/share/prelude-demo/%s\\n%%files\\n/usr/share/prelude-demo/%s\\n' \\
    "$1" "$2" "$3" "$2" "$1" "$1" >"$1.spec"
  rpmbuild -bb --quiet --define "_topdir $PWD/build" --define "_rpmdir $PWD" \\
    --define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' "$1.spec" >/dev/null
}
package demo-lib 1.0 ''
package demo 1.0 'Requires: demo-lib\\n'
package demo 2.0 'Requires: demo-lib\\nRecommends: demo-extra\\n'
package demo-extra 0.9~rc1 'Epoch: 1\\n'
package demo-mta 1.0 'Provides: demo-transport = 3\\n'
package demo-broken 1.0 'Requires: demo-nowhere\\n'
cat >comps.xml <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<comps><group><id>demo-group</id><name>Demo</name><description>demo</description><default>false</default><uservisible>true</uservisible>
<packagelist><packagereq type="mandatory">demo-lib</packagereq><packagereq type="mandatory">demo-mta</packagereq></packagelist></group></comps>
END
package demo-modular 1.5 ''
package demo-modular 1.6 ''
stream() { # stream version
  printf -- '---\\ndocument: modulemd\\nversion: 2\\ndata:\\n  name: demo-module\\n  stream: "%s"\\n  version: 1\\n  context: abcdef\\n  arch: noarch\\n  summary: demo\\n  description: demo\\n  license: {module: [none]}\\n  profiles: {common: {rpms: [demo-modular]}}\\n  artifacts: {rpms: ["demo-modular-0:%s-1.noarch"]}\\n...\\n' "$1" "$2"
}
{ stream 1 1.5; stream 2 1.6
  printf -- '---\\ndocument: modulemd-defaults\\nversion: 1\\ndata: {module: demo-module, profiles: {"1": [common], "2": [common]}}\\n...\\n'
} >modules.yaml
createrepo_c -q -g comps.xml .
modifyrepo_c --mdtype=modules modules.yaml repodata >/dev/null 2>&1
rm -rf build *.spec modules.yaml
`

/** A repository of tiny RPMs; scratch roots that are made after it see it. */
export type RpmRepository = {
  readonly directory: string
  /** Makes a scratch root know this repository alone, with an empty rpm database. */
  readonly use: (root: ScratchRoot) => void
  readonly remove: () => void
}

export const makeRpmRepository = (): RpmRepository => {
  // Not in /tmp, which is another one in a scratch root.
  const directory = mkdtempSync('/var/tmp/prelude-rpm-')
  execFileSync('sh', ['-c', build], { cwd: directory })
  return {
    directory,
    use: ({ run }) => {
      run(`
        rm -rf /etc/yum.repos.d /var/lib/rpm /root/.rpmdb /var/cache/dnf /var/lib/dnf
        mkdir -p /etc/yum.repos.d /etc/dnf
        printf '[main]\\ngpgcheck=0\\nreposdir=/etc/yum.repos.d\\n' >/etc/dnf/dnf.conf
        printf '[demo]\\nname=demo\\nbaseurl=file://${directory}\\ngpgcheck=0\\n[off]\\nname=off\\nbaseurl=file:///nowhere\\nenabled=0\\n' >/etc/yum.repos.d/demo.repo
        printf 'ID="rocky"\\nVERSION_ID="9.4"\\nPLATFORM_ID="platform:el9"\\n' >/etc/os-release
        rpm --initdb`)
    },
    remove: () => rmSync(directory, { recursive: true }),
  }
}
