# Every level and file system on 17 disks, over several boots: made, kept, repaired, wiped.
nvme() { ls -d /sys/bus/pci/devices/0000:00:"$1".0/nvme/nvme*/nvme*n1 | sed 's,.*/,/dev/,'; }
plug() { for slot in "$@"; do echo "0000:00:$slot.0" > /sys/bus/pci/drivers/nvme/bind; done; sleep 1; }
pull() { for slot in "$@"; do echo "0000:00:$slot.0" > /sys/bus/pci/drivers/nvme/unbind; done; }
array() { readlink -f "/dev/md/$1"; }
md() { cat "/sys/block/$(basename "$(array "$1")")/md/$2"; }
on() { grep " /new$1 $2 " /proc/mounts | grep "${3:-}" || { cat /proc/mounts; false; }; }
# owner, mode, links, time, size and kind of all that is there
tree() { (cd "$1" && find . ! -type d -exec stat -c '%n %u:%g %a %h %Y %s %F' {} + | sort; find . -type d -exec stat -c '%n %u:%g %a %Y' {} + | sort); }
label() { blkid -p -s LABEL -o value "$1"; }
uuids() {
    for device in /dev/md/* /dev/mapper/lone /dev/mapper/secret; do
        echo "$device $(blkid -p -s UUID -o value "$device") $(mdadm --detail "$device" 2> /dev/null | grep -o 'UUID.*')"
    done
}
all='system secret data bulk scratch fast lone'
arrays='system swap secret data bulk scratch fast'
mark() { for name in $all; do head -c 300000 /dev/urandom > /new/$name/file; done; echo canary-of-the-first-boot > /new/data/canary; sync
    for name in $all; do sha256sum /new/$name/file > /tmp/sum.$name; done; }
kept() { for volume in $1; do sha256sum -c /tmp/sum.$volume || return 1; done; }
synced() { for name in $arrays; do
        for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ "$(md $name sync_action 2> /dev/null || echo idle)" = idle ] && break; sleep 1; done; done; }

# what the image brings, and the power goes: nothing is mounted, no array runs
restart() {
    swapoff -a
    umount /new/var/log /new/tmp /new/system /new/secret /new/data /new/bulk /new/scratch /new/fast /new/lone
    for mapping in secret lone; do cryptsetup close $mapping; done
    mdadm --quiet --stop --scan
    umount /new
    rm -rf /dev/md
    mkdir -p /new
    mount -t tmpfs new /new
    mkdir -p /new/etc/mkdisk/profiles.d /new/var/log/private /new/tmp /new/keys
    chmod 1777 /new/tmp
    cp /volumes.yml /stripe /new/etc/mkdisk/profiles.d/
    cp /mkdisk.conf /new/etc/mkdisk/
    cp /disk.key /new/keys/
    cd /new/var/log
    echo one > one; ln one two; ln -s one three; mkfifo pipe; nc.openbsd -lU socket & sleep 0.5; kill $!
    chown 7:8 one private; chmod 4751 one; chmod 2750 private; chown 3:4 .; chmod 2775 .
    setfattr -n security.selinux -v system_u:object_r:var_log_t:s0 one
    setfattr -n trusted.prelude -v 1 private
    cd /
    tree /new/var/log > /tmp/log
} 2> /dev/null

# what is told to the tools
cat > /usr/local/sbin/cryptsetup << 'END'
#!/usr/bin/busybox sh
{ echo "$@"; /usr/bin/busybox env; } >> /tmp/told
exec /usr/sbin/cryptsetup "$@"
END
# its exit code is the wrong one when it makes or starts an array
cat > /usr/local/sbin/mdadm << 'END'
#!/usr/bin/busybox sh
/usr/sbin/mdadm "$@"
code=$?
case "$1" in --create | --assemble) [ $code != 0 ]; exit $? ;; esac
exit $code
END
chmod 755 /usr/local/sbin/cryptsetup /usr/local/sbin/mdadm

keep() { mkdisk --root /new -c --keys /new/keys; }
wipe() { mkdisk --root /new -r --keys /new/keys "$@"; }
plan() { mkdisk --root /new --plan; }

restart
check 'a plan says what would be done' says plan '  1     /dev/nvme0n1   200 MiB  nvme  QEMU NVMe Ctrl  one     nothing  raid1 ext4 /system, raid1 swap, raid1 ext4 (LUKS) /secret' 'left alone' "create raid5 'data' of /dev/nvme2n1 /dev/nvme3n1 /dev/nvme4n1, spare /dev/nvme5n1"
check '[M18] and wrote nothing' same "$(ask written)" 0
check '[M2 M15 M17] a profile in YAML is made' keep
for name in raid0 raid1 raid5 raid6 raid10; do grep -o " active $name" /proc/mdstat; done | sort -u > /tmp/levels
check 'of all of it, swap and LUKS too, nothing is left to do' same "$(mkdisk --root /new -c --keys /new/keys --json | grep -c '"done": false')" 0
check 'all levels run' same "$(wc -l < /tmp/levels)" 5
check 'ext4 with its options' on /system ext4 nosuid,nodev,noatime
check 'xfs' on /data xfs
check 'btrfs' on /bulk btrfs
check 'encrypted xfs' grep -q '^/dev/mapper/lone /new/lone xfs' /proc/mounts
check 'encrypted ext4 on a mirror' grep -q '^/dev/mapper/secret /new/secret ext4' /proc/mounts
check 'swap' grep -q "^$(array swap) " /proc/swaps
check 'the file systems have labels' same "$(label "$(array system)") $(label "$(array data)") $(label "$(array bulk)") $(label "$(array swap)")" 'system data bulk swap'
check 'the partitions have names, types and sizes' same "$(sfdisk -J "$(nvme 02)" | grep -o '"\(name\|type\|size\)":[^,]*' | tr -d '" \n')" \
    size:196608type:A19D880F-05FC-4D3B-A006-743F0F84911Ename:systemsize:65536type:A19D880F-05FC-4D3B-A006-743F0F84911Ename:swapsize:143360type:A19D880F-05FC-4D3B-A006-743F0F84911Ename:secret
check 'the stripe of parity has a spare' same "$(mdadm --detail /dev/md/data | grep -c 'spare')" 1
check 'a mirror is not copied that nobody wrote' same "$(grep -A 2 'active raid1' /proc/mdstat | grep -c resync)" 0
check 'fstab has them by UUID' grep -q "^UUID=$(blkid -p -s UUID -o value "$(array system)") /system ext4 noatime,nodev,nosuid,nofail 0 0" /new/etc/fstab
check 'the directory of FS-Cache is there' same "$(stat -c '%a %F' /new/scratch/fscache)" '700 directory'
check '[M16] the moved directory has all that it had' same "$(tree /new/system/log)" "$(cat /tmp/log)"
check 'and shows the place on disk' same "$(stat -c %i /new/var/log)" "$(stat -c %i /new/system/log)"
check 'hard links are kept' same "$(stat -c %h /new/var/log/one)" 2
check 'extended attributes are kept' same "$(getfattr --absolute-names -m - -d /new/var/log/one /new/var/log/private | grep -c 'selinux="system_u:object_r:var_log_t:s0"\|prelude="1"')" 2
check 'sockets and pipes are kept' test -S /new/var/log/socket -a -p /new/var/log/pipe
check 'owners and modes are kept' same "$(stat -c '%u:%g %a' /new/var/log /new/var/log/one /new/tmp | tr '\n' ' ')" '3:4 2775 7:8 4751 0:0 1777 '
check '[S11] no key is told to a tool' not grep -q "$(cat /disk.key)" /tmp/told
check 'but its file is' grep -q 'luksFormat.*--key-file /new/keys/disk.key' /tmp/told
mark
synced
uuids > /tmp/first

restart
pull 02 03 04 05 08 09 0c 10; plug 05 03
check '[M8] disks that come in another order' same "$(nvme 05) $(nvme 03)" '/dev/nvme0n1 /dev/nvme1n1'
check '[M9] and some of them not are taken as they are, and it is said' says keep "warning: the array 'system' (raid1) has 1 of its 2 disks" "'data' (raid5) has 2 of its 3" "'bulk' (raid6) has 2 of its 4" \
    "'scratch' (raid10) has 3 of its 4" '/fast is left out'
check '[M3] same arrays and file systems' same "$(uuids)" "$(grep -v /fast /tmp/first)"
check 'same files' kept 'system secret data bulk scratch lone'
check '[M10] what the boot can do without is left out' not grep ' /new/fast ' /proc/mounts

restart
ask erase one five-1 six-1 six-2 ten-1
plug 02 04 08 09 0c 10
check '[M9] new disks join them' says keep 'joins it'
check 'with all files again' kept "$all"
synced
check 'the arrays are whole' same "$(for name in $arrays; do md $name degraded; done 2> /dev/null | tr '\n' ' ')" '0 0 0 0 0 0 '
check 'the new disk has its partitions' same "$(sfdisk -J "$(nvme 02)" | grep -c '"name": "\(system\|swap\|secret\)"')" 3

restart
printf 'MKDISK_PROFILE=stripe\nWIPE_ON_BOOT=yes\n' > /new/etc/mkdisk/mkdisk.conf
check '[M6] a profile of the other kind wipes it' mkdisk --root /new
check 'and makes another thing' on /all ext4
check '[M4 M5] in which nothing is left' not ls /new/all/canary
echo 'end of the guest'
poweroff -f
