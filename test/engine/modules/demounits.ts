import type { ScratchRoot } from './scratchroot.ts'

/** Makes two services in a scratch root: `demo`, whose file is in /etc, and `other`, whose file is a package's. */
export const demoUnits = ({ run }: ScratchRoot): void => {
  run(`
    unit() { printf '[Unit]\\nDefaultDependencies=no\\n[Install]\\nWantedBy=multi-user.target\\n[Service]\\nExecStart=/bin/sleep infinity\\nExecReload=/bin/true\\n'; }
    unit >/etc/systemd/system/demo.service
    unit >/lib/systemd/system/other.service
    [ ! -d /run/systemd/system ] || systemctl daemon-reload`)
}
