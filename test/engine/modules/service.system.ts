import { service } from '../../../engine/modules/service/service.ts'
import { demoUnits } from './demounits.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import type { ScratchRoot } from './scratchroot.ts'
import cases from './service.json' with { type: 'json' }

/** A script as they stand in /etc/init.d; it writes down how it was called. */
const demoScript = ({ run }: ScratchRoot): void => {
  run(`cat >/etc/init.d/script <<'END'
#!/bin/sh
### BEGIN INIT INFO
# Provides: script
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
[ "$1" = status ] || echo "$@" >>/tmp/script.log
case $1 in
start) : >/run/script;;
stop) rm -f /run/script;;
status) [ -e /run/script ];;
esac
END
chmod 0755 /etc/init.d/script`)
}

runRootCases(service, cases as RootCase[], {
  prepare: (root) => {
    demoUnits(root)
    demoScript(root)
  },
})
