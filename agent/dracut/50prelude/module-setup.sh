#!/bin/bash
# dracut module of the Prelude agent: claims root=prelude and boots the node from its provisioner.

# Only when asked for (--add prelude): a machine with disks of its own has no use for it.
check() {
    return 255
}

depends() {
    echo kernel-modules
}

installkernel() {
    # hostonly='' puts them in whatever the machine is that the initramfs is built on
    hostonly='' instmods \
        '=drivers/net/ethernet' '=drivers/net/mdio' '=drivers/net/phy' \
        bonding 8021q af_packet ipv6 ib_ipoib mlx5_ib mlx4_ib hfi1 \
        overlay squashfs loop \
        raid0 raid1 raid10 raid456 \
        nvme ahci sd_mod virtio_pci virtio_net virtio_blk virtio_scsi e1000 e1000e igb \
        ext4 xfs vfat \
        nfs nfsv3 nfsv4 \
        i6300esb iTCO_wdt softdog
}

install() {
    local agent=/usr/lib/prelude/prelude-agent

    inst_hook cmdline 30 "$moddir/parse-prelude.sh"
    inst_hook pre-mount 30 "$moddir/prelude-root.sh"
    inst_simple "$moddir/dhcp-lease.sh" /usr/lib/prelude/dhcp-lease

    # dracut strips what is executable, which destroys a program that carries its script in a section of its own:
    # the agent goes in without that mode, and the hook gives it back. Libraries are looked up for executable files alone,
    # so the agent's are named here
    inst_simple "$agent"
    chmod 0644 "$initdir$agent"
    inst_libdir_file 'libc.so*' 'libm.so*' 'libdl.so*' 'libpthread.so*' 'libgcc_s.so*' 'libstdc++.so*' \
        'libnss_dns.so*' 'libnss_files.so*'

    inst_multiple sh ip modprobe mount umount udevadm chroot unshare nsenter blkid date sleep \
        cat chmod cp ln mkdir readlink rm rmdir stat
    inst_multiple -o systemctl reboot losetup wipefs mdadm blockdev wdctl unsquashfs busybox dhclient \
        mkfs.ext4 mke2fs mkfs.xfs mkfs.vfat mkswap swapon mount.nfs mount.nfs4
    if [[ -e $dracutsysrootdir/etc/mke2fs.conf ]]; then
        inst_simple /etc/mke2fs.conf
    fi
}
