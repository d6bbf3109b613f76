import { chmod, copyFile, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'
import { tool } from '../../engine/process.ts'
import type { Site } from '../site.ts'
import { replaceFile } from '../store/replace.ts'
import { type Supervised, supervise } from './child.ts'
import { dnsmasqConfiguration, tftpFiles } from './dnsmasq.ts'
import { iscConfiguration } from './foreign.ts'

/** Where distributions put iPXE's binaries. */
const ipxeDirectories = ['/usr/lib/ipxe', '/usr/share/ipxe']

const layOut = async (tftpRoot: string): Promise<void> => {
  await mkdir(tftpRoot, { recursive: true, mode: 0o755 })
  for (const file of tftpFiles) {
    const places = ipxeDirectories.map((directory) => join(directory, file))
    const found = await Promise.all(
      places.map((place) =>
        stat(place).then(
          () => true,
          () => false,
        ),
      ),
    )
    const place = places[found.indexOf(true)]
    if (!place) {
      throw new Failure('network.dhcp', `iPXE's ${file} is in none of ${ipxeDirectories.join(', ')}`, {
        hint: "install the package 'ipxe' (Debian) or 'ipxe-bootimgs' (Red Hat)",
      })
    }
    await copyFile(place, join(tftpRoot, file))
  }
}

/** Whether a user without rights reaches the directory: dnsmasq gives up root, and TFTP would then find nothing. */
const isOpen = async (directory: string): Promise<boolean> => {
  for (let each = directory; ; each = dirname(each)) {
    if (((await stat(each)).mode & 0o001) === 0) return false
    if (each === dirname(each)) return true
  }
}

export type Dhcp = {
  /** Brings the configuration in line with the site; dnsmasq starts anew when it changed. */
  update(site: Site): Promise<void>
  stop(): Promise<void>
}

/** DHCP and TFTP for a site, by a dnsmasq of its own below the state directory. */
export const startDhcp = async (directory: string, site: Site, log: Log, device?: string): Promise<Dhcp> => {
  const own = join(directory, 'dhcp')
  await mkdir(own, { recursive: true })
  await chmod(own, 0o755)
  const file = join(directory, 'dhcp', 'dnsmasq.conf')
  const tftpRoot = join(directory, 'dhcp', 'tftp')
  const leaseFile = join(directory, 'dhcp', 'leases')
  let current = ''
  const write = async ({ settings, nodes }: Site): Promise<boolean> => {
    await replaceFile(join(directory, 'dhcp', 'isc-dhcpd.conf'), iscConfiguration(settings, [...nodes.values()]), 0o644)
    if ((settings.dhcp?.mode ?? 'none') === 'none') return false
    const text = dnsmasqConfiguration({
      settings,
      nodes: [...nodes.values()],
      tftpRoot,
      leaseFile,
      ...(device === undefined ? {} : { interface: device }),
    })
    if (text === current) return false
    await replaceFile(file, text, 0o644)
    current = text
    return true
  }
  const isWanted = await write(site)
  let written = site
  let child: Supervised | undefined
  if (isWanted) {
    await layOut(tftpRoot)
    await tool('dnsmasq', ['--test', `--conf-file=${file}`])
    const user = (await isOpen(tftpRoot)) ? [] : ['--user=root', '--group=root']
    child = supervise({ name: 'dnsmasq', command: ['dnsmasq', ...user, `--conf-file=${file}`] }, log)
  }
  return {
    async update(now) {
      if (now === written) return // the same object as long as no file of the site changed
      if ((await write(now)) && child) child.restart()
      written = now
    },
    stop: async () => child?.stop(),
  }
}
