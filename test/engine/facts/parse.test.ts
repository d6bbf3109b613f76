import * as assert from 'uvu/assert'
import { cmdline } from '../../../engine/facts/cmdline.ts'
import { dateTime } from '../../../engine/facts/datetime.ts'
import { devices } from '../../../engine/facts/devices.ts'
import { dns } from '../../../engine/facts/dns.ts'
import { families } from '../../../engine/facts/families.ts'
import type { Facts, Family } from '../../../engine/facts/family.ts'
import { isChroot } from '../../../engine/facts/ischroot.ts'
import { local } from '../../../engine/facts/localfacts.ts'
import { lvm } from '../../../engine/facts/lvm.ts'
import { memory } from '../../../engine/facts/memory.ts'
import { mounts } from '../../../engine/facts/mounts.ts'
import { network } from '../../../engine/facts/network.ts'
import { pkgMgr } from '../../../engine/facts/pkgmgr.ts'
import { processor } from '../../../engine/facts/processor.ts'
import { selinux } from '../../../engine/facts/selinux.ts'
import { serviceMgr } from '../../../engine/facts/servicemgr.ts'
import { virtualization } from '../../../engine/facts/virtualization.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

const tests = suite('facts/parse')

const fact = (text: string): string => Buffer.from(text).toString('base64')

const core = (index: number, socket: number) =>
  `processor\t: ${index}\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nphysical id\t: ${socket}\nsiblings\t: 4\ncore id\t: ${index % 2}\ncpu cores\t: 2\n\n`

const bond = `lrwxrwxrwx 1 root root 0 Jan  1 00:00 /sys/class/net/bond0 -> ../../devices/virtual/net/bond0
lrwxrwxrwx 1 root root 0 Jan  1 00:00 /sys/class/net/br-int -> ../../devices/virtual/net/br-int
lrwxrwxrwx 1 root root 0 Jan  1 00:00 /sys/class/net/br-int/brif/bond0 -> ../../bond0/brport
lrwxrwxrwx 1 root root 0 Jan  1 00:00 /sys/class/net/ens1 -> ../../devices/pci0000:00/0000:00:03.0/net/ens1
lrwxrwxrwx 1 root root 0 Jan  1 00:00 /sys/class/net/ens1/device -> ../../../0000:00:03.0
lrwxrwxrwx 1 root root 0 Jan  1 00:00 /sys/class/net/ens1/device/driver/module -> ../../../../module/e1000
/sys/class/net/bond0/address:52:54:00:00:00:01
/sys/class/net/bond0/mtu:9000
/sys/class/net/bond0/operstate:up
/sys/class/net/bond0/type:1
/sys/class/net/bond0/flags:0x1503
/sys/class/net/bond0/speed:20000
/sys/class/net/bond0/bonding/mode:802.3ad 4
/sys/class/net/bond0/bonding/slaves:ens1 ens2
/sys/class/net/bond0/bonding/miimon:100
/sys/class/net/bond0/bonding/lacp_rate:fast 1
/sys/class/net/bond0/bonding/all_slaves_active:0
/sys/class/net/br-int/operstate:down
/sys/class/net/br-int/type:1
/sys/class/net/br-int/bridge/bridge_id:8000.525400000001
/sys/class/net/br-int/bridge/stp_state:0
/sys/class/net/ens1/address:52:54:00:00:00:01
/sys/class/net/ens1/mtu:9000
/sys/class/net/ens1/operstate:up
/sys/class/net/ens1/type:1
/sys/class/net/ens1/flags:0x1003
/sys/class/net/ens1/bonding_slave/perm_hwaddr:52:54:00:00:00:02
4: bond0    inet 10.1.2.3/20 brd 10.1.15.255 scope global bond0\\       valid_lft forever preferred_lft forever
4: bond0    inet 10.9.0.3/32 scope global bond0\\       valid_lft forever preferred_lft forever
4: bond0    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
default4 8.8.8.8 via 10.1.0.1 dev bond0 src 10.1.2.3 uid 0 \\    cache
default6
`

const cases: [title: string, family: Family, output: string, expected: Facts][] = [
  [
    'processor: two sockets with two cores of two threads',
    processor,
    `8\n${[0, 1, 2, 3].map((index) => core(index, 0)).join('')}${[4, 5, 6, 7].map((index) => core(index, 1)).join('')}`,
    { processor_count: 2, processor_cores: 2, processor_threads_per_core: 2, processor_vcpus: 8, processor_nproc: 8 },
  ],
  [
    'processor: arm64 tells no sockets',
    processor,
    '4\nprocessor\t: 0\nBogoMIPS\t: 50\n\nprocessor\t: 1\n\nprocessor\t: 2\n\nprocessor\t: 3\n',
    { processor: ['0', '1', '2', '3'], processor_count: 4, processor_cores: 1, processor_vcpus: 4 },
  ],
  [
    'memory',
    memory,
    'MemTotal: 2097152 kB\nMemFree: 524288 kB\nBuffers: 102400 kB\nCached: 409600 kB\nSwapTotal: 1048576 kB\nSwapFree: 1047552 kB\nSwapCached: 2048 kB\n',
    {
      memtotal_mb: 2048,
      memfree_mb: 512,
      swaptotal_mb: 1024,
      swapfree_mb: 1023,
      memory_mb: {
        real: { total: 2048, used: 1536, free: 512 },
        nocache: { free: 1012, used: 1036 },
        swap: { total: 1024, free: 1023, used: 1, cached: 2 },
      },
    },
  ],
  ['pkg_mgr: Debian with dnf installed', pkgMgr, '/usr/bin/apt-get\n/usr/bin/dnf\n', { pkg_mgr: 'apt' }],
  ['pkg_mgr: Rocky 8', pkgMgr, '/usr/bin/dnf\n/usr/bin/yum\n/etc/redhat-release\n', { pkg_mgr: 'dnf' }],
  ['pkg_mgr: CentOS 7', pkgMgr, '/usr/bin/yum\n/etc/redhat-release\n', { pkg_mgr: 'yum' }],
  [
    'pkg_mgr: Rocky with apt installed',
    pkgMgr,
    '/usr/bin/apt-get\n/usr/bin/dnf\n/etc/redhat-release\n',
    { pkg_mgr: 'dnf' },
  ],
  ['pkg_mgr: none', pkgMgr, '', { pkg_mgr: 'unknown' }],
  ['service_mgr: systemd runs', serviceMgr, 'comm systemd\nsystemd\nsysvinit\n', { service_mgr: 'systemd' }],
  ['service_mgr: a shell is process 1', serviceMgr, 'comm sh\nsystemd\nsysvinit\n', { service_mgr: 'systemd' }],
  ['service_mgr: init tells nothing', serviceMgr, 'comm init\nsysvinit\n', { service_mgr: 'sysvinit' }],
  ['service_mgr: OpenRC', serviceMgr, 'comm openrc-init\nopenrc\n', { service_mgr: 'openrc' }],
  ['service_mgr: nothing', serviceMgr, 'comm \n', { service_mgr: 'service' }],
  ['is_chroot: the same root', isChroot, 'debian \nown 1 2\nfirst 1 2\ntype ext2/ext3\n', { is_chroot: false }],
  ['is_chroot: another root', isChroot, 'debian \nown 1 77\nfirst 1 2\ntype ext2/ext3\n', { is_chroot: true }],
  ['is_chroot: Debian says it', isChroot, 'debian x\nown 1 2\nfirst 1 2\n', { is_chroot: true }],
  ['is_chroot: by inode number', isChroot, 'debian \nown 1 77\nfirst \ntype xfs\n', { is_chroot: true }],
  [
    'is_chroot: a diskless root has no fixed number',
    isChroot,
    'debian \nown 1 77\nfirst \ntype overlayfs\n',
    { is_chroot: false },
  ],
  [
    'cmdline: quotes, flags and repetitions',
    cmdline,
    'root=prelude quiet console=tty0 console=ttyS0,115200 note="a b" x=1=2\n',
    {
      cmdline: { root: 'prelude', quiet: true, console: 'ttyS0,115200', note: 'a b', x: '1=2' },
      proc_cmdline: { root: 'prelude', quiet: true, console: ['tty0', 'ttyS0,115200'], note: 'a b', x: '1=2' },
    },
  ],
  ['cmdline: an open quote', cmdline, 'a="b c', { cmdline: { a: '"b', c: true }, proc_cmdline: { a: '"b', c: true } }],
  [
    'dns',
    dns,
    '# made by hand\nsearch a.example b.example\nnameserver 10.0.0.1\nnameserver 10.0.0.2 ; second\noptions ndots:2 rotate\n',
    {
      dns: {
        nameservers: ['10.0.0.1', '10.0.0.2'],
        search: ['a.example', 'b.example'],
        options: { ndots: '2', rotate: true },
      },
    },
  ],
  ['dns: no resolver', dns, '', { dns: {} }],
  [
    'selinux: enabled',
    selinux,
    '/sys/fs/selinux/enforce:1\n/sys/fs/selinux/policyvers:33\n/etc/selinux/config:# x\n/etc/selinux/config:SELINUX=enforcing\n/etc/selinux/config:SELINUXTYPE=targeted\n',
    {
      selinux: { status: 'enabled', mode: 'enforcing', config_mode: 'enforcing', type: 'targeted', policyvers: 33 },
      selinux_python_present: true,
    },
  ],
  [
    'selinux: off, though configured',
    selinux,
    '/etc/selinux/config:SELINUX=enforcing\n',
    { selinux: { status: 'disabled' } },
  ],
  [
    'virtualization: a QEMU guest',
    virtualization,
    '/sys/class/dmi/id/product_name:Standard PC (Q35 + ICH9, 2009)\n/sys/class/dmi/id/sys_vendor:QEMU\n',
    { virtualization_type: 'kvm', virtualization_role: 'guest', virtualization_tech_guest: ['kvm'] },
  ],
  [
    'virtualization: a container in a guest',
    virtualization,
    'container=podman\n/sys/class/dmi/id/sys_vendor:QEMU\n',
    {
      virtualization_type: 'podman',
      virtualization_role: 'guest',
      virtualization_tech_guest: ['podman', 'container', 'kvm'],
    },
  ],
  [
    'virtualization: a container whose first process says less than its files',
    virtualization,
    'file=docker\ncontainer=systemd-nspawn\nsystemd=systemd-nspawn\n',
    {
      virtualization_type: 'container',
      virtualization_role: 'guest',
      virtualization_tech_guest: ['container', 'systemd-nspawn', 'docker'],
      virtualization_tech_host: [],
    },
  ],
  [
    'virtualization: a node that can run guests',
    virtualization,
    'model name\t: Intel Xeon\nmodule=kvm \n/sys/class/dmi/id/sys_vendor:Dell Inc.\n',
    { virtualization_type: 'kvm', virtualization_role: 'host', virtualization_tech_host: ['kvm'] },
  ],
  ['virtualization: none', virtualization, '', { virtualization_type: 'NA', virtualization_role: 'NA' }],
  [
    'mounts: sizes, NFS, escaped names and uuids',
    mounts,
    `/dev/sda1 / ext4 rw,relatime 0 1
proc /proc proc rw 0 0
nfs.example:/home /home\\040dirs nfs4 rw,vers=4.2 0 0
[fd00::1]:/data /data nfs4 ro 0 0
dead:/x /mnt/dead\\040server nfs4 rw 0 0
size 4096 1000 400 64 60 /
size 1048576 10 5 0 0 /home dirs
late /mnt/dead server
lrwxrwxrwx 1 root root 10 Jan  1 00:00 /0a-1b -> /dev/sda1
`,
    {
      mounts: [
        {
          mount: '/',
          device: '/dev/sda1',
          fstype: 'ext4',
          options: 'rw,relatime',
          dump: 0,
          passno: 1,
          size_total: 4096000,
          size_available: 1638400,
          block_size: 4096,
          block_total: 1000,
          block_available: 400,
          block_used: 600,
          inode_total: 64,
          inode_available: 60,
          inode_used: 4,
          uuid: '0a-1b',
        },
        {
          mount: '/home dirs',
          device: 'nfs.example:/home',
          fstype: 'nfs4',
          options: 'rw,vers=4.2',
          dump: 0,
          passno: 0,
          size_total: 10485760,
          size_available: 5242880,
          block_size: 1048576,
          block_total: 10,
          block_available: 5,
          block_used: 5,
          inode_total: 0,
          inode_available: 0,
          inode_used: 0,
          uuid: 'N/A',
        },
        {
          mount: '/data',
          device: '[fd00::1]:/data',
          fstype: 'nfs4',
          options: 'ro',
          dump: 0,
          passno: 0,
          uuid: 'N/A',
        },
        {
          mount: '/mnt/dead server',
          device: 'dead:/x',
          fstype: 'nfs4',
          options: 'rw',
          dump: 0,
          passno: 0,
          note: 'Could not get extra information due to timeout',
        },
      ],
    },
  ],
  [
    'network: a bond with members, a bridge, several addresses',
    network,
    bond,
    {
      interfaces: ['bond0', 'br-int', 'ens1'],
      bond0: {
        device: 'bond0',
        macaddress: '52:54:00:00:00:01',
        mtu: 9000,
        active: true,
        type: 'bonding',
        slaves: ['ens1', 'ens2'],
        mode: '802.3ad',
        miimon: '100',
        lacp_rate: 'fast',
        all_slaves_active: false,
        speed: 20000,
        promisc: true,
        ipv4: {
          address: '10.1.2.3',
          broadcast: '10.1.15.255',
          netmask: '255.255.240.0',
          network: '10.1.0.0',
          prefix: '20',
        },
        ipv4_secondaries: [
          { address: '10.9.0.3', broadcast: '', netmask: '255.255.255.255', network: '10.9.0.3', prefix: '32' },
        ],
        ipv6: [{ address: 'fe80::1', prefix: '64', scope: 'link' }],
      },
      br_int: {
        device: 'br-int',
        active: false,
        type: 'bridge',
        interfaces: ['bond0'],
        id: '8000.525400000001',
        stp: false,
        promisc: false,
      },
      ens1: {
        device: 'ens1',
        macaddress: '52:54:00:00:00:01',
        mtu: 9000,
        active: true,
        module: 'e1000',
        pciid: '0000:00:03.0',
        type: 'ether',
        perm_macaddress: '52:54:00:00:00:02',
        promisc: false,
      },
      default_ipv4: {
        gateway: '10.1.0.1',
        interface: 'bond0',
        address: '10.1.2.3',
        macaddress: '52:54:00:00:00:01',
        mtu: 9000,
        type: 'bonding',
        broadcast: '10.1.15.255',
        netmask: '255.255.240.0',
        network: '10.1.0.0',
        prefix: '20',
        alias: 'bond0',
      },
      default_ipv6: {},
      all_ipv4_addresses: ['10.1.2.3', '10.9.0.3'],
      all_ipv6_addresses: ['fe80::1'],
    },
  ],
  [
    'devices: a disk with a partition in an array',
    devices,
    `lrwxrwxrwx 1 root root 0 Jan  1 00:00 /sys/block/sda -> ../devices/pci0000:00/ata1/host0/target0:0:0/0:0:0:0/block/sda
lrwxrwxrwx 1 root root 0 Jan  1 00:00 /dev/disk/by-id/ata-DISK_1-part1 -> ../../sda1
lrwxrwxrwx 1 root root 0 Jan  1 00:00 /dev/disk/by-label/my\\x20label -> ../../sda1
/sys/block/sda/size:41943040
/sys/block/sda/removable:0
/sys/block/sda/queue/rotational:1
/sys/block/sda/queue/scheduler:none [mq-deadline]
/sys/block/sda/queue/logical_block_size:512
/sys/block/sda/queue/discard_granularity:0
/sys/block/sda/device/model:DISK            
/sys/block/sda/device/vendor:ATA     
/sys/block/sda/sda1/start:2048
/sys/block/sda/sda1/size:2048
/sys/class/block/md0/slaves/sda1
`,
    {
      devices: {
        sda: {
          virtual: 0,
          links: { ids: [], labels: [], uuids: [], masters: [] },
          vendor: 'ATA',
          model: 'DISK',
          sas_address: null,
          sas_device_handle: null,
          removable: '0',
          support_discard: '0',
          rotational: '1',
          partitions: {
            sda1: {
              start: '2048',
              sectors: '2048',
              sectorsize: 512,
              size: '1.00 MB',
              uuid: null,
              holders: ['md0'],
              links: { ids: ['ata-DISK_1-part1'], labels: ['my label'], uuids: [], masters: ['md0'] },
            },
          },
          scheduler_mode: 'mq-deadline',
          sectors: '41943040',
          sectorsize: '512',
          size: '20.00 GB',
          host: '',
          holders: [],
        },
      },
    },
  ],
  [
    'lvm',
    lvm,
    'lvm\nvg,vg0,1,2,19.99,5.00\nlv,home,vg0,10.00\npv,/dev/sda2,vg0,19.99,5.00\n',
    {
      lvm: {
        lvs: { home: { vg: 'vg0', size_g: '10.00' } },
        vgs: { vg0: { num_pvs: '1', num_lvs: '2', size_g: '19.99', free_g: '5.00' } },
        pvs: { '/dev/sda2': { vg: 'vg0', size_g: '19.99', free_g: '5.00' } },
      },
    },
  ],
  [
    'local: JSON, INI, a failed program and nonsense',
    local,
    `fact 0 ${fact('{"a": [1, true]}')} /etc/ansible/facts.d/json.fact
fact 0 ${fact('; note\n[General]\nName = web\nport: 80\n')} /etc/ansible/facts.d/ini.fact
fact 3  /etc/ansible/facts.d/broken.fact
said ${fact('why')} /etc/ansible/facts.d/broken.fact
fact 0 ${fact('neither')} /etc/ansible/facts.d/odd.fact
`,
    {
      local: {
        json: { a: [1, true] },
        ini: { General: { name: 'web', port: '80' } },
        broken: 'Failure executing fact script (/etc/ansible/facts.d/broken.fact), rc: 3, err: why\n',
        odd: 'error loading facts as JSON or ini - please check content: /etc/ansible/facts.d/odd.fact',
      },
    },
  ],
  [
    'date_time: a summer evening in Berlin',
    dateTime,
    '1751400000 123456789 2025 07 01 22 00 00 Tuesday 2 26 CEST +0200\n+0100 CET\n+0200 CEST\n',
    {
      date_time: {
        year: '2025',
        month: '07',
        weekday: 'Tuesday',
        weekday_number: '2',
        weeknumber: '26',
        day: '01',
        hour: '22',
        minute: '00',
        second: '00',
        epoch: '1751400000',
        epoch_int: '1751400000',
        date: '2025-07-01',
        time: '22:00:00',
        iso8601_micro: '2025-07-01T20:00:00.123456Z',
        iso8601: '2025-07-01T20:00:00Z',
        iso8601_basic: '20250701T220000123456',
        iso8601_basic_short: '20250701T220000',
        tz: 'CEST',
        tz_dst: 'CEST',
        tz_offset: '+0200',
      },
    },
  ],
]

const plain = (data: unknown): unknown => {
  if (data instanceof Map) return Object.fromEntries([...data].map(([key, value]) => [key, plain(value)]))
  return data
}

for (const [title, family, output, expected] of cases) {
  tests(title, () => {
    const facts = family.parse(output)
    for (const [name, value] of Object.entries(expected)) assert.equal(plain(facts[name]), value, name)
  })
}

for (const family of families) {
  tests(`${family.name}: no output makes the parser throw`, () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('/sys/block/sda/size:x', 'size 1 2 3', 'fact 0 !!! /x', '4: eth0    inet 1/99'),
    )
    const output = fc.array(line).map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(output, (text) => {
        family.parse(text)
      }),
      { numRuns: tries(40) },
    )
  })
}

tests.run()
