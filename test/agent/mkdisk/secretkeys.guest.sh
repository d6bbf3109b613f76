# A node whose root another module made: the hook of 92mkdisk, sourced as dracut does.
ip address add 10.77.0.2/24 dev eth0
ip link set eth0 up
until ping -c 1 -W 1 10.77.0.1 > /dev/null; do :; done
mkdir -p /usr/lib/prelude
ln -s /usr/bin/busybox /bin/sh
ln -s "$(readlink -f /bin/prelude-agent)" /usr/lib/prelude/prelude-agent

# what dracut gives a hook
NEWROOT=/new
warn() { echo "warning of a hook: $*"; }
getarg() { sed -n "s/.*$1\([^ ]*\).*/\1/p" /proc/cmdline; }

mount --bind /new /new
mkdir -p /new/bin /new/tmp /new/proc /new/sys /new/dev /new/run
cp /usr/bin/busybox /new/bin
for applet in $(busybox --list); do ln -s busybox /new/bin/$applet 2> /dev/null; done
shown() { grep -c ' /new/secrets \| /run/prelude/secrets ' /proc/mounts; }

check 'the hook of 92mkdisk ends well' same "$(. /hooks/mkdisk.sh)" ''
check 'the disk is opened with a key of the secrets' grep -q '^/dev/mapper/scratch /new/scratch ext4' /proc/mounts
check 'another one with none' grep -q ' /new/data ext4' /proc/mounts
check '[S6] the secrets are gone again' same "$(shown)" 0
check '[S1] no key is in the log' not grep -q "$(cat /keys-of-the-export)" /new/mkdisk.log
check 'the log says that they were mounted to read alone' grep -q 'mount .*-t nfs -o ro,nosuid,nodev,noexec.* 10.77.0.1:/warewulf/secrets /run/prelude/secrets' /new/mkdisk.log

# a profile without keys needs no secrets
umount /new/scratch /new/data
cryptsetup close scratch
printf 'disk_config[1]=""\ndisk_config[2]="single:ext4:/data"\n' > /new/etc/mkdisk/profiles.d/plain
echo MKDISK_PROFILE=plain > /new/etc/mkdisk/mkdisk.conf
: > /new/mkdisk.log
check 'without keys the hook ends well too' same "$(. /hooks/mkdisk.sh)" ''
check 'and mounts none' not grep nfs /new/mkdisk.log
cat /new/mkdisk.log
echo 'end of the guest'
poweroff -f
