# What mkdisk finds on disks that are not its own: refused by keep, really destroyed by wipe; and disks that fail. udev runs and
# puts together what it sees.
export DM_DISABLE_UDEV=1
unset MDADM_NO_UDEV
/usr/lib/systemd/systemd-udevd --daemon
udevadm trigger --type=devices --action=add --subsystem-match=block
udevadm settle

nvme() { ls -d /sys/bus/pci/devices/0000:00:"$1".0/nvme/nvme*/nvme*n1 | sed 's,.*/,/dev/,'; }
size() { blockdev --getsize64 "$1"; }
at() { dd of="$1" bs=512 seek=$(($2 / 512)) conv=notrunc 2> /dev/null; }
quiet() { "$@" > /tmp/making 2>&1 || { echo "not ok making: $*"; cat /tmp/making; }; }
old() { disk=$1; shift; quiet mdadm --create --run /dev/md/old --level=1 --raid-devices=2 "$@" "$disk" missing; mdadm --quiet --stop /dev/md/old; }
container() { quiet mdadm --create --run "/dev/md/$2" --metadata="$2" --raid-devices=1 --force "$1"; mdadm --quiet --stop "/dev/md/$2"; }
profile() { printf '%s\n' "$@" > /new/etc/mkdisk/profiles.d/"$profile"; printf 'MKDISK_PROFILE=%s\n' "$profile" > /new/etc/mkdisk/mkdisk.conf; }
keep() { mkdisk --root /new -c --keys /new/keys; }
wipe() { mkdisk --root /new -r --keys /new/keys; }
# refuses, and says why
refuses() { mode=$1; shift; $mode > /tmp/refused 2>&1 && { cat /tmp/refused; return 1; }; says 'cat /tmp/refused' "$@"; }
signatures() { for slot in $1; do wipefs --noheadings "$(nvme "$slot")"; done; }
mkdir -p /new/etc/mkdisk/profiles.d /new/keys /mnt

slots='02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10'
for slot in $slots; do echo "canary of disk $slot" | at "$(nvme $slot)" 41943040; done
old "$(nvme 02)" --metadata=0.90
old "$(nvme 03)" --metadata=1.0
old "$(nvme 04)" --metadata=1.1 --homehost=elsewhere --name=elsewhere:system
container "$(nvme 05)" ddf
IMSM_NO_PLATFORM=1 container "$(nvme 06)" imsm
quiet lvm pvcreate "$(nvme 07)"
disk=$(nvme 08)
for label in 0 262144 $(($(size $disk) - 524288)) $(($(size $disk) - 262144)); do
    for number in 0 1 2 3 4 5 6 7; do printf '\014\261\272\0\0\0\0\0' | at "$disk" $((label + 131072 + number * 1024)); done
done
quiet cryptsetup luksFormat --type luks1 --batch-mode --key-file /key --pbkdf-force-iterations 1000 "$(nvme 09)"
quiet mkfs.btrfs -q "$(nvme 0a)"
quiet mkswap "$(nvme 0b)"
printf 'label: gpt\nname=old\n' | quiet sfdisk -q "$(nvme 0c)"
dd if=/dev/zero of="$(nvme 0c)" bs=512 count=34 conv=notrunc 2> /dev/null
printf 'label: dos\ntype=7, bootable\n' | quiet sfdisk -q "$(nvme 0d)"
printf 'label: gpt\ntype=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, size=16MiB\n' | quiet sfdisk -q "$(nvme 0e)"
echo 'a data base without a signature' | at "$(nvme 0f)" 8192
quiet cryptsetup luksFormat --type luks2 --batch-mode --key-file /key --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$(nvme 10)"
# in use: mounted, the root of a system on LVM, swap, read-only
quiet mkfs.ext4 -q "$(nvme 11)"; quiet mount -t ext4 "$(nvme 11)" /mnt
quiet lvm vgcreate vg "$(nvme 12)"; quiet lvm lvcreate --yes --size 16M --name root vg
quiet mkfs.ext4 -q /dev/mapper/vg-root; mkdir /mnt/root; quiet mount -t ext4 /dev/mapper/vg-root /mnt/root
quiet mkswap "$(nvme 13)"; quiet swapon "$(nvme 13)"
blockdev --setro "$(nvme 14)"
udevadm settle
sync

# a disk over the network
ip link set lo up
mount -t configfs config /sys/kernel/config
cd /sys/kernel/config/nvmet
net=nqn.2014-08.org.example:net
mkdir subsystems/$net subsystems/$net/namespaces/1 ports/1
dd if=/dev/zero of=/run/lun bs=1M count=64 2> /dev/null
echo 1 > subsystems/$net/attr_allow_any_host
echo /run/lun > subsystems/$net/namespaces/1/device_path
echo 1 > subsystems/$net/namespaces/1/buffered_io
echo 1 > subsystems/$net/namespaces/1/enable
echo ipv4 > ports/1/addr_adrfam; echo tcp > ports/1/addr_trtype; echo 127.0.0.1 > ports/1/addr_traddr; echo 4420 > ports/1/addr_trsvcid
ln -s /sys/kernel/config/nvmet/subsystems/$net ports/1/subsystems/$net
cd /
quiet sh -c 'echo transport=tcp,traddr=127.0.0.1,trsvcid=4420,nqn=nqn.2014-08.org.example:net > /dev/nvme-fabrics'
udevadm settle

profile=foreign
for number in $(seq 21); do echo "disk_config[$number]=\"single:ext4:/d$number\""; done > /lines
profile "$(cat /lines)"
before=$(ask digest)
check '[M7] keep refuses what others made' refuses keep 'a raid1 array without a name' "raid1 array 'system'" ddf_raid_member isw_raid_member LVM2_member zfs_member 'holds LUKS' 'holds btrfs' 'holds swap' \
    'holds unknown data' 'gpt partition table' 'dos partition table' 'are one disk, seen over two paths'
check 'and wrote nothing' same "$(ask digest)" "$before"
check '[M7] wipe refuses what is in use, and what an operating system is on' refuses wipe 'it is mounted at /mnt' 'it is mounted at /mnt/root' 'swap space in use' 'it is read-only' \
    'a partition to boot from' 'an EFI system partition' 'are one disk, seen over two paths'
check 'and wrote nothing to any disk' same "$(ask digest)" "$before"

profile=anew.yml
profile 'sets: {all: {serial: ["old-*"]}}' 'volumes: {all: {set: all, level: raid0, filesystem: ext4, mount: /all}}'
check 'disks of USB and of the network have no number, two paths have two' says 'mkdisk --root /new --plan -r' '  -     /dev/nvme19n1' '  -     /dev/sd' '  20    /dev/sd' '  21    /dev/sd'
check '[M4 M19] wipe destroys it where it is named' wipe
umount /new/all
mdadm --quiet --stop --scan
for slot in $slots; do mdadm --quiet --zero-superblock "$(nvme $slot)"; done
check 'no signature is left' same "$(signatures "$slots")" ''
check 'and no byte of the data' same "$(ask find 'canary of disk')" ''
udevadm settle

# what is half known
ask erase
profile=half.yml
half() { profile 'sets:' '  a: {serial: [old-02, old-03]}' '  b: {serial: [old-04, old-05]}' '  c: {serial: [old-06]}' '  d: {serial: [old-07, old-08]}' '  e: {serial: [old-09]}' '  f: {serial: [old-0b]}' 'volumes:' \
    '  a: {set: a, level: raid1, filesystem: ext4, mount: /a, required: false}' "  b: {set: b, level: $1, filesystem: ext4, mount: /b, required: false}" \
    '  c: {set: c, level: single, filesystem: ext4, mount: /c, key: c.key, required: false}' '  d: {set: d, level: raid1, filesystem: ext4, mount: /d, required: false}' \
    "  e: {set: e, level: single, filesystem: $2, mount: /e, size: 32M, required: false}" '  f: {set: f, level: single, filesystem: ext4, mount: /f}'; }
half raid1 ext4
cp /key /new/keys/c.key
check 'six volumes are made' keep
for volume in b c d e f; do echo "file of $volume" > /new/$volume/file; done
umount /new/a /new/b /new/c /new/d /new/e /new/f
quiet mkfs.ext4 -q -F -L other "$(readlink -f /dev/md/a)"
cryptsetup close c
mdadm --quiet --stop --scan
quiet mdadm --create --run /dev/md/d --name=d --homehost=any --level=1 --raid-devices=2 "$(nvme 0a)" missing
mdadm --quiet --stop /dev/md/d
udevadm settle
half raid0 xfs
echo 'another key, which is as long as the first one was' > /new/keys/c.key
before=$(ask digest old-04 old-05 old-06 old-09 old-0a)
check '[M6 M13] what is half known is left out, with the reason' says keep "holds ext4 'other', the profile says ext4 'a'" "'b' is raid1 of 2 disks, the profile says raid0" 'the key c.key does not open' \
    "holds a gpt partition table with e: ext4 'e'"
check 'and not changed' same "$(ask digest old-04 old-05 old-06 old-09 old-0a)" "$before"
check 'the rest is mounted, with its files, and of two arrays of one name that on its disks' same "$(cat /new/f/file /new/d/file)" "file of f
file of d"
umount /new/f /new/d

# disks that fail: made of what works, or nothing
ask erase
mdadm --quiet --stop --scan
profile=fails.yml
lone() { profile 'sets: {lone: {serial: [old-0c]}}' 'volumes: {lone: {set: lone, level: single, filesystem: ext4, mount: /lone}}'; }
lone
ask fail old-0c write 0 1000000
check '[M14] a disk that cannot be written is told of' refuses wipe "$(nvme 0c) could not be wiped" 'dmesg says'
ask fail old-0c read 0 1000000
check 'so is one that cannot be read' refuses keep "$(nvme 0c)" 'cannot be read'
ask fail old-0c write 20000000 60000000
check 'a file system that cannot be written is none' refuses keep "$(nvme 0c) fails: EIO" 'dmesg says'
check 'and is not mounted' not grep /new/lone /proc/mounts
ask fail old-0c
check 'when the disk works again it is made' keep
check 'and mounted' grep -q ' /new/lone ext4' /proc/mounts
profile 'sets: {two: {serial: [old-0d, old-0e]}}' 'volumes: {two: {set: two, level: raid1, filesystem: ext4, mount: /two}}'
ask dies old-0e 20000000
check 'a mirror that loses a disk while it is made is there, and says so' says keep "$(nvme 0e) failed in the array 'two' (raid1): replace it"
check 'and is mounted' grep -q ' /new/two ext4' /proc/mounts

# a disk that is a little smaller than the one it replaces, or than what is wanted of it, and a slow one
umount /new/two
mdadm --quiet --stop --scan
ask fail old-0e
dd if=/dev/zero of="$(nvme 0e)" bs=1M 2> /dev/null
udevadm settle
profile 'sets: {two: {serial: [old-0d, old-0f]}}' 'volumes: {two: {set: two, level: raid1, filesystem: ext4, mount: /two}}'
before=$(ask digest old-0f)
check '[M14] a disk that is too small for a mirror does not join it' says keep "'two' (raid1) has 1 of its 2 disks" "$(nvme 0f)" "serial old-0f, 70 MiB) is too small for 'two': it has 70 MiB, 7" 'are needed'
check 'which is mounted without it' grep -q ' /new/two ext4' /proc/mounts
profile=small.yml
profile 'sets: {small: {serial: [old-0f]}}' 'volumes: {small: {set: small, level: single, filesystem: ext4, mount: /small, size: 72M}}'
check '[M14] one that is too small for its volumes is refused by its name, with the sizes' refuses wipe "set 'small' (single at /small) needs 72 MiB on each disk, too much for $(nvme 0f)" 'serial old-0f, 70 MiB)'
check 'and not a byte of it was written' same "$(ask digest old-0f)" "$before"
profile=slow.yml
profile 'sets: {slow: {serial: [old-10]}}' 'volumes: {slow: {set: slow, level: single, filesystem: ext4, mount: /slow}}'
ask slow old-10 524288
check '[M14] a slow disk is waited for, and it is told how far it is' says keep 'written so far'
check 'and is mounted' grep -q ' /new/slow ext4' /proc/mounts
echo 'end of the guest'
poweroff -f
