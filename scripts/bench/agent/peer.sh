#!/bin/bash
# What the agent does at a boot, as a good shell script does it: the peer of the benchmark `steps`. Same order, same checks, one
# line a step with its milliseconds. It knows the names of the node's secrets, tasks and disks, which the agent reads.
set -euo pipefail
shopt -s nullglob

started=${EPOCHREALTIME/./}
last=$started
step() {
    local now=${EPOCHREALTIME/./}
    echo "peer: $(((now - last) / 1000)) ms $*"
    last=$now
}

# /init has mounted the early file system
mkdir -p /run/lock /run/prelude/root/{download,image,writable}
ln -sfn /proc/self/fd /dev/fd
step 'early file system'

# it loads the drivers, and says when it has
until [ -s /tmp/asked ]; do sleep 0.05; done
step drivers

eval "$(jq -r '@sh "node=\(.node) boot=\(.boot) https=\(.servers[0].https) http=\(.servers[0].http) digest=\(.image.digest) size=\(.image.size)"' /prelude/boot.json)"
jq -r .ca /prelude/boot.json > /run/prelude/ca.pem
step 'boot manifest'

ip link set lo up
address=$(jq -r '.network[] | select(.type == "bond") | .address' /prelude/boot.json)
mapfile -t macs < <(jq -r '.network[] | select(.mac) | .mac' /prelude/boot.json)
modprobe bonding max_bonds=0
ip link add bond0 address "${macs[0]}" type bond mode 802.3ad miimon 100 lacp_rate fast
for mac in "${macs[@]}"; do
    for card in /sys/class/net/*; do
        [ -e "$card/address" ] && [ ! -e "$card/bonding" ] && [ "$(< "$card/address")" = "$mac" ] || continue
        ip address flush dev "${card##*/}"
        ip link set "${card##*/}" down
        ip link set "${card##*/}" master bond0
        break
    done
done
ip link set bond0 up
until [ "$(< /sys/class/net/bond0/bonding/ad_num_ports)" = "${#macs[@]}" ] &&
    [ "$(< /sys/class/net/bond0/bonding/ad_partner_mac)" != 00:00:00:00:00:00 ]; do
    sleep 0.1
done
ip address replace "$address" dev bond0
step network

# the first frames of a new aggregate may be lost
(
    umask 077
    jq '{token, node, boot}' /prelude/boot.json |
        curl -sSf --connect-timeout 1 --retry 20 --retry-delay 1 --retry-all-errors --tlsv1.3 --cacert /run/prelude/ca.pem -H 'content-type: application/json' --data @- "$https/session" |
        jq -r '"authorization: Bearer \(.key)"' > /run/prelude/session
)
get() { curl -sSf --tlsv1.3 --cacert /run/prelude/ca.pem -H @/run/prelude/session "$https$1"; }
step session

mount -t tmpfs -o "size=$((size + 1048576)),mode=0755" tmpfs /run/prelude/root/download
image=/run/prelude/root/download/image
step 'place for the image'
curl -sSf -o "$image" "$http/blobs/$digest"
[ "sha256:$(sha256sum < "$image" | cut -d ' ' -f 1)" = "$digest" ]
step 'transfer of the image'
mount -t squashfs -o loop,ro "$image" /run/prelude/root/image
mount -t tmpfs -o size=50%,mode=0755 tmpfs /run/prelude/root/writable
mkdir /run/prelude/root/writable/{upper,work}
mount -t overlay -o lowerdir=/run/prelude/root/image,upperdir=/run/prelude/root/writable/upper,workdir=/run/prelude/root/writable/work overlay /sysroot
step root

get /overlay/system | tar -x -C /sysroot
step overlay

mkdir -m 700 /run/prelude/secrets /sysroot/secrets
mount -t ramfs -o mode=0700,nosuid,nodev,noexec ramfs /run/prelude/secrets
get /secrets > /run/prelude/secrets/.bundle
(
    umask 377
    jq -r '.files[] | select(.name == "secrets.yml") | .content | @base64d' /run/prelude/secrets/.bundle > /run/prelude/secrets/secrets.yml
)
rm /run/prelude/secrets/.bundle
mount --bind /run/prelude/secrets /sysroot/secrets
mount -o remount,bind,ro,nosuid,nodev,noexec /sysroot/secrets
step secrets

get /bundle > /dev/null
key=$(sed -n 's/^service_key: //p' /sysroot/secrets/secrets.yml)
for n in 1 2 3 4 5; do
    mkdir -p "/sysroot/etc/service$n"
    chmod 750 "/sysroot/etc/service$n"
    (umask 377 && printf '%s%s\n' "$key" "$n" > "/sysroot/etc/service$n/key.new" && mv "/sysroot/etc/service$n/key.new" "/sysroot/etc/service$n/key")
    printf 'host = %s\n' "$node" > "/sysroot/etc/service$n/conf.new"
    chmod 644 "/sysroot/etc/service$n/conf.new"
    mv "/sysroot/etc/service$n/conf.new" "/sysroot/etc/service$n/conf"
done
umount /sysroot/secrets
rmdir /sysroot/secrets
umount /run/prelude/secrets
step preboot

modprobe -a raid1 raid0 ext4
for disk in /dev/nvme?n1; do
    [ -z "$(blkid -p -o export "$disk")" ]
    [ "$(head -c 1048576 "$disk" | tr -d '\0' | wc -c)" = 0 ]
done
export MDADM_NO_UDEV=1
mdadm --create /dev/md/system --run --homehost=any --name=system --metadata=1.2 --level=raid1 --raid-devices=2 --assume-clean --bitmap=internal /dev/nvme0n1 /dev/nvme1n1 2> /dev/null
mdadm --create /dev/md/scratch --run --homehost=any --name=scratch --metadata=1.2 --level=raid0 --raid-devices=2 /dev/nvme2n1 /dev/nvme3n1 2> /dev/null
step arrays
mkfs.ext4 -q -F -L system /dev/md/system
mkfs.ext4 -q -F -L scratch /dev/md/scratch
step mkfs
for name in system scratch; do
    mkdir -p "/sysroot/$name"
    mount -t ext4 -o noatime "/dev/md/$name" "/sysroot/$name"
    echo "UUID=$(blkid -p -s UUID -o value "/dev/md/$name") /$name ext4 noatime,nofail 0 0" >> /sysroot/etc/fstab
done
mkdir -p /sysroot/system/log
cp --archive --no-clobber /sysroot/var/log/. /sysroot/system/log
mount --bind /sysroot/system/log /sysroot/var/log
echo '/system/log /var/log none bind,nofail 0 0' >> /sysroot/etc/fstab
step mkdisk

[ -e /sysroot/etc/os-release ] && [ -x /sysroot/sbin/init ]
jq -n --arg node "$node" --arg boot "$boot" '[{$node, $boot, sequence: 0, time: (now | todate), stage: "boot", state: "finished"}]' |
    curl -sSf --tlsv1.3 --cacert /run/prelude/ca.pem -H @/run/prelude/session -H 'content-type: application/json' --data @- "$https/events" > /dev/null
echo /sbin/init > /run/prelude/init
step 'end of the boot'
echo "peer: is ready for its root after $(((${EPOCHREALTIME/./} - started) / 1000)) ms"
