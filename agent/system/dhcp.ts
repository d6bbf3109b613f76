import { access } from 'node:fs/promises'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { run } from './run.ts'

const script = '/usr/lib/prelude/dhcp-lease'

const clients: readonly { readonly program: string; readonly args: (device: string) => readonly string[] }[] = [
  {
    program: '/usr/sbin/dhclient',
    args: (device) => ['-1', '-sf', script, '-lf', '/run/prelude/dhclient.leases', device],
  },
  { program: '/usr/bin/busybox', args: (device) => ['udhcpc', '-i', device, '-n', '-q', '-t', '20', '-s', script] },
]

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** Asks a DHCP server for the address of an interface; dhclient or busybox does the talking. */
export const requestAddress = async (device: string, log: Log): Promise<void> => {
  for (const { program, args } of clients) {
    if (!(await isThere(program))) continue
    await run(log, program, args(device))
    return
  }
  throw new Failure('network.address', `${device} has no address, and no DHCP client is in the initramfs`, {
    hint: `give the interface a static 'address', or install dhclient or busybox in the image before its initramfs is made`,
  })
}
