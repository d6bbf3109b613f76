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

const command = sh`${verbatim(`[ ! -e /.dockerenv ] || echo 'file=docker'
[ ! -e /run/.containerenv ] || echo 'file=podman'
[ ! -d /proc/vz ] || [ -d /proc/bc ] || echo 'vz=openvz'
tr '\\0' '\\n' </proc/1/environ | grep '^container='
[ ! -r /run/systemd/container ] || { read -r kind </run/systemd/container; echo "systemd=$kind"; }
grep -m1 '^model name' /proc/cpuinfo
[ ! -e /dev/kvm ] || echo 'device=kvm'
grep -oE '^(kvm|vboxdrv|virtio|vboxguest|xen_blkfront) ' /proc/modules | sed 's/^/module=/'`)}
${dump(...['product_name', 'product_family', 'bios_vendor', 'sys_vendor'].map((file) => `${dmi}/${file}`))}
${dump('/sys/hypervisor/type', '/proc/xen/capabilities', '/proc/1/cgroup')}`

/** The kinds of container that say so, the nearest first, as Ansible takes them: control groups, the first process, files. */
const containersIn = (output: string, cgroups: string): string[] => {
  const told = (name: string): string[] => new RegExp(`^${name}=(.+)$`, 'm').exec(output)?.slice(1) ?? []
  const [init = ''] = told('container')
  const found = [
    ...(/\/docker(?:\/|-[0-9a-f]+\.scope)/.test(cgroups) ? ['docker'] : []),
    ...(/\/lxc\/|\/machine\.slice\/machine-lxc/.test(cgroups) ? ['lxc'] : []),
    ...(cgroups.includes('/system.slice/containerd.service') ? ['containerd'] : []),
    ...['lxc', 'podman'].filter((kind) => init.startsWith(kind)),
    ...(init === '' ? [] : ['container']),
    ...['vz', 'systemd', 'file'].flatMap(told),
  ]
  return found.length > 0 ? [...new Set([...found, 'container'])] : []
}

/** What the host runs in (`guest`) or can run (`host`). Containers come before machines, as they are nearer. */
export const virtualization: Family = {
  name: 'virtualization',
  facts: ['virtualization_type', 'virtualization_role', 'virtualization_tech_guest', 'virtualization_tech_host'],
  command,
  parse(output) {
    const files = parseDump(output)
    const has = (line: string) => new RegExp(`^${line}\\s*$`, 'm').test(output)
    const containers = containersIn(output, files.get('/proc/1/cgroup') ?? '')
    const cpu = /^model name\s*:\s*(.*)$/m.exec(output)?.[1] ?? ''
    const xen = files.get('/sys/hypervisor/type') === 'xen' || files.has('/proc/xen/capabilities')
    const xenHost = files.get('/proc/xen/capabilities')?.includes('control_d') ?? false
    const told = guests.find(([where, pattern]) => pattern.test(where === 'cpu' ? cpu : (files.get(where) ?? '')))?.[2]
    const machine =
      told ??
      (xen && !xenHost ? 'xen' : undefined) ??
      (has('module=vboxguest') ? 'virtualbox' : has('module=virtio') ? 'kvm' : undefined)

    const guest = [...containers, ...(machine ? [machine] : [])]
    const host = [
      ...(xenHost ? ['xen'] : []),
      ...(has('module=kvm') || has('device=kvm') ? ['kvm'] : []),
      ...(has('module=vboxdrv') ? ['virtualbox'] : []),
    ]
    const type = containers[0] ?? machine ?? host[0] ?? 'NA'
    return {
      virtualization_type: type,
      virtualization_role: guest.length > 0 ? 'guest' : host.length > 0 ? 'host' : 'NA',
      virtualization_tech_guest: [...new Set(guest)],
      virtualization_tech_host: host,
    }
  },
}
