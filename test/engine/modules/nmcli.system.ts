import { nmcli } from '../../../engine/modules/nmcli/nmcli.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

// A real NetworkManager, in a network namespace of its own, where it has no interface but its loopback.
const start = `
rm -rf /etc/NetworkManager/system-connections /var/lib/NetworkManager
mkdir -p /run/dbus /etc/NetworkManager/system-connections /var/lib/NetworkManager
printf '[main]\\nplugins=keyfile\\nno-auto-default=*\\n' >/etc/NetworkManager/NetworkManager.conf
dbus-daemon --system --fork
(exec unshare --net NetworkManager --no-daemon --log-level=ERR </dev/null >/dev/null 2>&1 &)
for try in $(seq 100); do nmcli general >/dev/null 2>&1 && exit; sleep 0.1; done
echo 'NetworkManager did not start' >&2; exit 1`

// What it notes of its own while it runs.
const ignore = /^\.\/(var\/lib(\/NetworkManager.*)?|etc\/resolv\.conf|etc) /

runRootCases(nmcli, casesOf('nmcli') as readonly RootCase[], {
  prepare: ({ run }) => run(start),
  ignore,
  packages: ['network-manager'],
})
