import { verbatim } from '../command.ts'
import type { Family } from './family.ts'

const names: Readonly<Record<string, string>> = {
  procd: 'openwrt_init',
  'runit-init': 'runit',
  svscan: 'svc',
  'openrc-init': 'openrc',
}

const command = verbatim(`read -r first </proc/1/comm; echo "comm $first"
[ ! -d /run/systemd/system ] || echo systemd
[ ! -e /dev/.run/systemd ] || echo systemd
[ ! -d /etc/init ] || [ ! -x /sbin/initctl ] || echo upstart
[ ! -e /sbin/openrc ] || echo openrc
if [ -x /usr/bin/systemctl ] || [ -x /bin/systemctl ]; then
  case $(readlink /sbin/init) in *systemd) echo systemd;; esac
fi
[ ! -d /etc/init.d ] || echo sysvinit`)

/**
 * What starts services: the name of process 1 where it tells (`init` and shells do not), else the first trace of a
 * running or installed service manager.
 */
export const serviceMgr: Family = {
  name: 'service_mgr',
  facts: ['service_mgr'],
  command,
  parse(output) {
    const [first = '', ...traces] = output.trim().split('\n')
    const comm =
      first
        .replace(/^comm ?/, '')
        .split('/')
        .at(-1) ?? ''
    const telling = comm !== '' && comm !== 'init' && !comm.endsWith('sh')
    return { service_mgr: telling ? (names[comm] ?? comm) : (traces[0] ?? 'service') }
  },
}
