import { firewalld } from '../../../engine/modules/firewalld/firewalld.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

// A real firewalld in a network of its own.
const start = `
rm -rf /etc/firewalld; mkdir -p /run/dbus /etc/firewalld/zones
printf 'DefaultZone=public\\nCleanupOnExit=yes\\nLockdown=no\\nIPv6_rpfilter=no\\nFirewallBackend=nftables\\n' >/etc/firewalld/firewalld.conf
# the package's own choice, were it installed
actions=/usr/share/polkit-1/actions/org.fedoraproject.FirewallD1
ln -sf "$actions.server.policy.choice" "$actions.policy"
dbus-daemon --system --fork
firewalld --nopid --nofork </dev/null >/dev/null 2>&1 & echo $! >/run/firewalld.pid
for try in $(seq 200); do firewall-cmd --state >/dev/null 2>&1 && exit; sleep 0.1; done
echo 'firewalld did not start' >&2; exit 1`

const ignore = /^\.\/(var\/(log|lib)(\/firewalld)?|etc\/firewalld\/?(zones)?) [d-]|\.pyc |__pycache__|\.old /

runRootCases(firewalld, casesOf('firewalld') as readonly RootCase[], {
  prepare: ({ run }) => run(start),
  ignore,
  hasNetwork: true,
  packages: ['firewalld'],
})
