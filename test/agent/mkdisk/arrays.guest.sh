# The site's example on four disks, over several boots: disk 1 unused, 2 and 3 mirrored, the rest striped.
uuids() { blkid -p -s UUID -o value /dev/nvme1n1 /dev/nvme3n1 "$(readlink -f /dev/md/system)"; }
# the next boot: nothing is mounted, no array runs
restart() {
    umount /new/var/log /new/system /new/scratch
    mdadm --quiet --stop --scan
    rm -rf /new
    mkdir -p /new/etc/mkdisk/profiles.d /new/var/log
    echo image > /new/var/log/of-the-image
    printf 'MKDISK_PROFILE=test\nMOVE_DIRS=/var/log:/system/log\n' > /new/etc/mkdisk/mkdisk.conf
    printf 'disk_config[1]=""\ndisk_config[2]="raid1:ext4:/system"\ndisk_config[4]="raid0:ext4:/scratch"\n' \
        > /new/etc/mkdisk/profiles.d/test
} 2> /dev/null

restart
check 'a plan changes nothing' mkdisk --root /new --plan
check 'after a plan the disks are blank' same "$(cat /dev/nvme1n1 /dev/nvme3n1 | tr -d '\0' | wc -c)" 0

left() { mkdisk --root /new -c "$@" --json | grep -c '"done": false'; }
check 'nothing of it is done' not same "$(left)" 0
check 'keep makes what is not there' mkdisk --root /new -c
check 'the mirror is complete' grep -q 'raid1.*nvme2n1\[1\].*nvme1n1\[0\]\|raid1.*nvme1n1\[0\].*nvme2n1\[1\]' /proc/mdstat
check 'nothing is copied that nobody wrote' not grep -q resync /proc/mdstat
check 'both are mounted' grep -q ' /new/scratch ext4' /proc/mounts
check 'all of it is done' same "$(left)" 0
check 'the directory is moved' test -e /new/system/log/of-the-image
echo canary-of-the-first-boot > /new/scratch/canary
echo canary-of-the-first-boot > /new/var/log/canary
first=$(uuids)
check 'once more changes nothing' mkdisk --root /new -c
check 'and mounts nothing twice' same "$(grep -c ' /new/' /proc/mounts)" 3

restart
check 'the next boot has something to do' not same "$(left)" 0
check 'the next boot takes what is there' mkdisk --root /new -c
check 'with the same arrays and file systems' same "$(uuids)" "$first"
check 'and the files' cat /new/scratch/canary /new/var/log/canary

restart
dd if=/dev/zero of=/dev/nvme2n1 bs=1M count=64 2> /dev/null
dd if=/dev/zero of=/dev/nvme2n1 bs=1M seek=127 count=1 2> /dev/null
check 'a new disk joins the mirror' mkdisk --root /new -c
sleep 3
check 'which is complete again' same "$(cat "/sys/block/$(basename "$(readlink -f /dev/md/system)")/md/degraded")" 0
check 'and has its files' cat /new/var/log/canary

restart
printf 'a data base without a signature' | dd of=/dev/nvme3n1 conv=notrunc 2> /dev/null
mdadm --quiet --zero-superblock /dev/nvme3n1
before=$(sha256sum /dev/nvme1n1 /dev/nvme2n1 /dev/nvme3n1)
check 'keep refuses what is not ours' not mkdisk --root /new -c
check 'and has not written a byte' same "$(sha256sum /dev/nvme1n1 /dev/nvme2n1 /dev/nvme3n1)" "$before"

restart
check 'wipe makes everything anew' mkdisk --root /new -r
check 'with other arrays' not same "$(uuids)" "$first"
check 'the file systems are empty' not ls /new/scratch/canary /new/system/log/canary
check 'the former content of the stripe is not mounted' not grep -rq canary-of-the-first-boot /new

check 'a mounted array is not wiped' not mkdisk --root /new -r
check 'and goes on' touch /new/scratch/still-there

restart
printf 'disk_config[1]=""\ndisk_config[5]="raid0:ext4:/scratch"\n' > /new/etc/mkdisk/profiles.d/test
before=$(sha256sum /dev/nvme?n1)
check 'a profile for more disks is refused' not mkdisk --root /new -r
check 'before anything is written' same "$(sha256sum /dev/nvme?n1)" "$before"
check 'disk 1 was never touched' same "$(tr -d '\0' < /dev/nvme0n1 | wc -c)" 0
echo 'end of the guest'
poweroff -f
