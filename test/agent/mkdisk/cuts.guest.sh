# A node whose power is cut again and again. It is loaded again from here, with its disks as they were when the power was cut.
mkdir -p /keys
echo 'a key of disks that outlives each power cut' > /keys/disk.key
for module in dm-crypt ext4 xfs btrfs raid0 raid1 raid10 raid456; do modprobe $module; done
volumes=$(cat /volumes)
echo ready
read -r mode boot
modprobe virtio_pci
modprobe virtio_blk

mkdir -p /new
mount -t tmpfs new /new
mkdir -p /new/etc/mkdisk/profiles.d /new/var/log
echo image > /new/var/log/of-the-image
ln /new/var/log/of-the-image /new/var/log/twice
cp /cuts.yml /new/etc/mkdisk/profiles.d/
printf 'MKDISK_PROFILE=cuts\nMOVE_DIRS=/var/log:/system/log\nFSCACHE_DIR=/scratch/fscache\n' > /new/etc/mkdisk/mkdisk.conf
mkdisk --root /new "-$mode" --keys /keys 2>&1
code=$?
echo "mkdisk ended with $code"
[ $code = 0 ] || poweroff -f

# what former boots wrote
for volume in $volumes; do
    for file in /new/$volume/boot-*.sum; do
        [ -e "$file" ] || continue
        if (cd "/new/$volume" && sha256sum -c "$file" > /dev/null); then echo "intact $volume $(basename "$file" .sum)"; else echo "damaged $file"; fi
    done
done
[ "$(cat /new/system/log/twice)$(stat -c %h /new/system/log/twice)" = image2 ] || echo 'damaged /var/log'
echo 'looked at all'

# what this one writes: what is told here may not be lost any more
for volume in $volumes; do
    cd /new/$volume
    head -c 100000 /dev/urandom > "boot-$boot"
    sha256sum "boot-$boot" > "boot-$boot.sum"
    sync
    echo "wrote $volume boot-$boot"
    for file in boot-*; do case $file in "boot-$boot" | "boot-$boot.sum") ;; *) rm "$file" ;; esac; done
done
number=0
while [ $number -lt 60 ]; do
    number=$((number + 1))
    head -c 20000 /dev/urandom > /new/var/log/line-$number
    mv /new/var/log/line-$number /new/scratch/moved
    [ $((number % 5)) = 0 ] && sync
done
echo 'end of the boot'
read -r word
