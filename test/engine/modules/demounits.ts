import type { ScratchRoot } from './scratchroot.ts'

/** Makes two services in a scratch root: `demo`, whose file is in /etc, and `other`, whose file is a package's. */
export const demoUnits = ({ run }: ScratchRoot): void => {
  run(`
    unit() { printf '[Unit]\\nDefaultDependencies=no\\n[Install]\\nWantedBy=multi-user.target\\n[Service]\\nExecStart=/bin/sleep infinity\\nExecReload=/bin/true\\n'; }
    unit >/etc/systemd/system/demo.service
    unit >/lib/systemd/system/other.service
    [ ! -d /run/systemd/system ] || systemctl daemon-reload`)
}

/** A script as they stand in /etc/init.d; it writes down how it was called. */
export const demoScript = ({ run }: ScratchRoot): void => {
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
