#!/bin/sh
# Installs what Prelude needs and this machine lacks: system packages (apt) and npm packages. Running it again changes nothing.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."

# program or file that shows it is there : Debian package : dnf package
needs='
/usr/bin/qemu-system-x86_64 qemu-system-x86 qemu-kvm
/usr/lib/ipxe/qemu/pxe-virtio.rom ipxe-qemu ipxe-roms-qemu
/usr/lib/ipxe/undionly.kpxe ipxe ipxe-bootimgs-x86
/usr/share/OVMF/OVMF_VARS.fd ovmf edk2-ovmf
/usr/sbin/dnsmasq dnsmasq-base dnsmasq
/usr/sbin/ovs-vswitchd openvswitch-switch openvswitch
/usr/bin/mmdebstrap mmdebstrap mmdebstrap
/usr/bin/mksquashfs squashfs-tools squashfs-tools
/usr/bin/mkfs.erofs erofs-utils erofs-utils
/usr/bin/ganesha.nfsd nfs-ganesha nfs-ganesha
/usr/lib/x86_64-linux-gnu/ganesha/libfsalvfs.so nfs-ganesha-vfs nfs-ganesha-vfs
/usr/sbin/rpcbind rpcbind rpcbind
/usr/bin/zstd zstd zstd
/usr/bin/cpio cpio cpio
/usr/bin/strip binutils binutils
/bin/nc.openbsd netcat-openbsd nmap-ncat
/usr/sbin/sshd openssh-server openssh-server
/usr/bin/ssh-keygen openssh-client openssh-clients
/usr/bin/openssl openssl openssl
/usr/bin/sudo sudo sudo
/usr/bin/doas opendoas opendoas
/sbin/ip iproute2 iproute
/usr/bin/curl curl curl
/usr/bin/git git git
/usr/bin/rsync rsync rsync
/usr/bin/ansible-playbook ansible-core ansible-core
/bin/busybox busybox-static busybox
/usr/bin/getfattr attr attr
/usr/bin/setpriv util-linux util-linux
/usr/bin/setfacl acl acl
/usr/sbin/setcap libcap2-bin libcap
/usr/sbin/locale-gen locales glibc-locale-source
/usr/bin/at at at
/usr/bin/unzip unzip unzip
/usr/bin/zip zip zip
/usr/bin/wget wget wget
/usr/bin/file file file
/usr/bin/lsb_release lsb-release redhat-lsb-core
/usr/bin/jq jq jq
/usr/bin/xz xz-utils xz
/usr/bin/bzip2 bzip2 bzip2
/sbin/mdadm mdadm mdadm
/bin/kmod kmod kmod
/lib/systemd/systemd-udevd udev systemd-udev
/usr/sbin/mkfs.ext4 e2fsprogs e2fsprogs
/usr/sbin/mkfs.xfs xfsprogs xfsprogs
/usr/sbin/mkfs.btrfs btrfs-progs btrfs-progs
/usr/sbin/cryptsetup cryptsetup-bin cryptsetup
/usr/sbin/sfdisk fdisk util-linux
/usr/sbin/pvcreate lvm2 lvm2
/usr/sbin/parted parted parted
/usr/bin/dbus-daemon dbus dbus-daemon
/usr/sbin/nft nftables nftables
/usr/sbin/iptables iptables iptables-nft
/usr/bin/ipmitool ipmitool ipmitool
/usr/bin/ipmi_sim openipmi OpenIPMI-lanserv
/usr/bin/ps procps procps-ng
/usr/bin/crontab cron cronie
/usr/bin/dpkg-scanpackages dpkg-dev dpkg-dev
/usr/bin/dnf dnf dnf
/usr/bin/rpmbuild rpm rpm-build
/usr/bin/createrepo_c createrepo-c createrepo_c
'

missing_apt='' missing_dnf=''
while read -r file apt dnf; do
  [ -n "$file" ] || continue
  [ -e "$file" ] && continue
  missing_apt="$missing_apt $apt"
  missing_dnf="$missing_dnf $dnf"
done <<EOF
$needs
EOF

if [ -n "$missing_apt" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "setup: this system has no apt-get; install these packages and run it again:" >&2
    echo "  dnf install epel-release && dnf install$missing_dnf" >&2
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "setup: these packages are missing; install them as root and run it again:" >&2
    echo "  apt-get install --no-install-recommends$missing_apt" >&2
    exit 1
  fi
  echo "setup: installing$missing_apt"
  log=$(mktemp)
  # shellcheck disable=SC2086 # one word a package
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing_apt; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "setup: apt-get failed" >&2
    exit 1
  fi
  rm -f "$log"
fi

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "setup: installing npm packages"
  # Not `npm ci`: it wants every optional package of every platform in the lock file, and some mirrors lack those of others.
  # What npm has in its cache is not asked for again; where the cache is too old to know a version, everything is.
  npm install --no-save --prefer-offline --loglevel=silent || npm install --no-save --loglevel=error
  touch node_modules/.package-lock.json
fi
