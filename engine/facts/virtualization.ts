import { sh, verbatim } from '../command.ts'
import { dump, parseDump } from './dump.ts'
import type { Family } from './family.ts'

const dmi = '/sys/class/dmi/id'

/** What firmware or processor of a guest say, and the hypervisor that this means; the first match wins. */
const guests: readonly (readonly [where: string, pattern: RegExp, type: string])[] = [
  [`${dmi}/product_name`, /^(KVM|Bochs|AHV|KVM Server)$/, 'kvm'],
  [`${dmi}/product_name`, /^VMware/, 'VMware'],
  [`${dmi}/product_name`, /^HVM domU$/, 'xen'],
  [`${dmi}/product_name`, /^OpenStack/, 'openstack'],
  [`${dmi}/product_name`, /^RHEV Hypervisor$/, 'RHEV'],
  [`${dmi}/product_name`, /^(oVirt|oVirt Node)$/, 'oVirt'],
  [`${dmi}/product_family`, /^RHV$/, 'RHEV'],
  [`${dmi}/bios_vendor`, /^Xen$/, 'xen'],
  [`${dmi}/bios_vendor`, /^innotek GmbH$/, 'virtualbox'],
  [`${dmi}/bios_vendor`, /^Amazon EC2$/, 'kvm'],
  [`${dmi}/sys_vendor`, /^Microsoft Corporation$/, 'VirtualPC'],
  [`${dmi}/sys_vendor`, /^Parallels/, 'parallels'],
  [`${dmi}/sys_vendor`, /^(QEMU|Amazon EC2|DigitalOcean|Google|Scaleway|Nutanix|Hetzner)$/, 'kvm'],
  [`${dmi}/sys_vendor`, /^OpenStack Foundation$/, 'openstack'],
  [`${dmi}/sys_vendor`, /^KubeVirt$/, 'KubeVirt'],
  ['cpu', /QEMU Virtual CPU/, 'kvm'],
]

const containers: Readonly<Record<string, string>> = {
  docker: 'docker',
  lxc: 'lxc',
  'lxc-libvirt': 'lxc',
  oci: 'container',
  podman: 'podman',
  'systemd-nspawn': 'systemd-nspawn',
}

const command = sh`${verbatim(`[ ! -e /.dockerenv ] || echo 'container=docker'
[ ! -e /run/.containerenv ] || echo 'container=podman'
[ ! -d /proc/vz ] || [ -d /proc/bc ] || echo 'container=openvz'
tr '\\0' '\\n' </proc/1/environ | grep '^container='
[ ! -r /run/systemd/container ] || { read -r kind </run/systemd/container; echo "container=$kind"; }
grep -m1 '^model name' /proc/cpuinfo
[ ! -e /dev/kvm ] || echo 'device=kvm'
grep -oE '^(kvm|vboxdrv|virtio|vboxguest|xen_blkfront) ' /proc/modules | sed 's/^/module=/'`)}
${dump(...['product_name', 'product_family', 'bios_vendor', 'sys_vendor'].map((file) => `${dmi}/${file}`))}
${dump('/sys/hypervisor/type', '/proc/xen/capabilities', '/proc/1/cgroup')}`

/** What the host runs in (`guest`) or can run (`host`). Containers come before machines, as they are nearer. */
export const virtualization: Family = {
  name: 'virtualization',
  facts: ['virtualization_type', 'virtualization_role', 'virtualization_tech_guest', 'virtualization_tech_host'],
  command,
  parse(output) {
    const files = parseDump(output)
    const has = (line: string) => new RegExp(`^${line}\\s*$`, 'm').test(output)
    const named =
      /^container=(.*)$/m.exec(output)?.[1] ?? /\/(docker|lxc)[-/]/.exec(files.get('/proc/1/cgroup') ?? '')?.[1]
    const container = named === undefined ? undefined : (containers[named] ?? named)
    const cpu = /^model name\s*:\s*(.*)$/m.exec(output)?.[1] ?? ''
    const xen = files.get('/sys/hypervisor/type') === 'xen' || files.has('/proc/xen/capabilities')
    const xenHost = files.get('/proc/xen/capabilities')?.includes('control_d') ?? false
    const told = guests.find(([where, pattern]) => pattern.test(where === 'cpu' ? cpu : (files.get(where) ?? '')))?.[2]
    const machine =
      told ??
      (xen && !xenHost ? 'xen' : undefined) ??
      (has('module=vboxguest') ? 'virtualbox' : has('module=virtio') ? 'kvm' : undefined)

    const guest = [...(container ? ['container', container] : []), ...(machine ? [machine] : [])]
    const host = [
      ...(xenHost ? ['xen'] : []),
      ...(has('module=kvm') || has('device=kvm') ? ['kvm'] : []),
      ...(has('module=vboxdrv') ? ['virtualbox'] : []),
    ]
    const type = container ?? machine ?? host[0] ?? 'NA'
    return {
      virtualization_type: type,
      virtualization_role: guest.length > 0 ? 'guest' : host.length > 0 ? 'host' : 'NA',
      virtualization_tech_guest: [...new Set(guest)],
      virtualization_tech_host: host,
    }
  },
}
