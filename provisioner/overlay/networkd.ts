import type { BondOption } from '../../engine/inventory/node/bond.ts'

/** systemd-networkd's names of a bond's options, and what becomes of their values; those that it does not know are left out. */
const names: Readonly<Record<string, readonly [name: string, value?: (kernel: string) => string]>> = {
  mode: ['Mode'],
  miimon: ['MIIMonitorSec', (value) => `${value}ms`],
  updelay: ['UpDelaySec', (value) => `${value}ms`],
  downdelay: ['DownDelaySec', (value) => `${value}ms`],
  arp_interval: ['ARPIntervalSec', (value) => `${value}ms`],
  arp_ip_target: ['ARPIPTargets', (value) => value.replaceAll(',', ' ')],
  arp_validate: ['ARPValidate'],
  arp_all_targets: ['ARPAllTargets'],
  primary_reselect: ['PrimaryReselectPolicy'],
  fail_over_mac: ['FailOverMACPolicy'],
  num_grat_arp: ['GratuitousARP'],
  resend_igmp: ['ResendIGMP'],
  all_slaves_active: ['AllSlavesActive'],
  packets_per_slave: ['PacketsPerSlave'],
  tlb_dynamic_lb: ['DynamicTransmitLoadBalancing'],
  lp_interval: ['LearnPacketIntervalSec'],
  lacp_rate: ['LACPTransmitRate'],
  ad_select: ['AdSelect'],
  ad_actor_sys_prio: ['AdActorSystemPriority'],
  ad_actor_system: ['AdActorSystem'],
  ad_user_port_key: ['AdUserPortKey'],
  xmit_hash_policy: ['TransmitHashPolicy'],
  min_links: ['MinLinks'],
}

/** A bond's options, in the words of the kernel, as systemd-networkd has them. */
export const networkdOptions = (options: readonly BondOption[]): readonly BondOption[] =>
  options.flatMap(({ name, value }) => {
    const [own, change = (text: string) => text] = names[name] ?? []
    return own === undefined ? [] : [{ name: own, value: change(value) }]
  })
