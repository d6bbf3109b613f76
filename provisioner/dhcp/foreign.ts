import type { SiteSettings } from '../../schema/types.ts'
import type { Node } from '../node/node.ts'
import { bootScriptUrl, efiFile } from './dnsmasq.ts'

/** What to add to an ISC DHCP server that gives the nodes their addresses: hosts and the iPXE chain. */
export const iscConfiguration = (settings: SiteSettings, nodes: readonly Node[]): string => {
  const hosts = nodes.map(
    ({ name, mac, address }) =>
      `host ${name} { hardware ethernet ${mac};${address === undefined ? '' : ` fixed-address ${address};`} }`,
  )
  return `# Written by the provisioner from the inventory; include it in dhcpd.conf.
option client-architecture code 93 = unsigned integer 16;
next-server ${settings.server};
if exists user-class and option user-class = "iPXE" {
  filename "${bootScriptUrl(settings)}";
} elsif option client-architecture = 00:07 or option client-architecture = 00:09 {
  filename "${efiFile(settings)}";
} else {
  filename "undionly.kpxe";
}
${hosts.join('\n')}
`
}
