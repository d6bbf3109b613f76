# Boots one node after the other on this machine, each with another kind of root.
for module in virtio_pci virtio_net loop; do modprobe $module; done

logged() { grep -q "$1" /run/prelude/boot.log || { cat /run/prelude/boot.log; false; }; }
boot() { prelude-agent boot --manifest "/manifests/$1.json" --root /new > /dev/console 2>&1; }
capability() { getfattr --absolute-names -n security.capability -e hex "$1" | grep -o '0x.*'; }
# as after a restart of the machine
forget() {
    umount /new
    for mounted in nfs image writable download; do umount /run/prelude/root/$mounted; done
    ip link del bond0
    for device in /sys/class/net/*; do
        ip address flush dev "${device##*/}"
        ip link set "${device##*/}" down
    done
    rm -rf /run/prelude
} 2> /dev/null
# a boot that must fail: the agent would wait and restart the machine
refused() {
    : > /tmp/refused # the loop below may look before the agent's shell has opened it, and must not see the last one's
    prelude-agent boot --manifest "/manifests/$1.json" --root /new > /tmp/refused 2>&1 &
    agent=$!
    until grep -q 'restarts in' /tmp/refused || ! kill -0 $agent; do sleep 0.2; done
    kill -9 $agent
    grep -q "$2" /tmp/refused || { cat /tmp/refused; false; }
} 2> /dev/null
content() { sha256sum < /new/usr/share/content | cut -d ' ' -f 1; }
sum=$(cat /sum)
# a root that a layer in memory lies over
layered() {
    check "$1: everything is there" same "$(content)" "$sum"
    check "$1: links are one file" same "$(stat -c %h /new/usr/share/content)" 2
    check "$1: it can be written" sh -c 'echo new > /new/etc/new && rm /new/usr/share/doomed'
    check "$1: what was removed is gone" not ls /new/usr/share/doomed
}

check 'squashfs: boots, of two servers, of which the first dies in mid-file' boot sq
check 'squashfs: went on where the first server ended' logged 'going on at byte'
check 'squashfs: the site signed it' logged 'the image is signed by the site'
check 'squashfs: is what is mounted' grep -q ' /run/prelude/root/image squashfs ro' /proc/mounts
layered squashfs
check 'squashfs: capabilities are kept' same "$(capability /new/usr/bin/ping)" "$(cat /capability)"
forget

check 'erofs: boots' boot er
check 'erofs: is what is mounted' grep -q ' /run/prelude/root/image erofs ro' /proc/mounts
layered erofs
forget

check 'tmpfs: boots' boot tm
check 'tmpfs: is what is mounted' grep -q ' /new tmpfs rw' /proc/mounts
check 'tmpfs: the image itself is gone from memory' not grep -q prelude/root /proc/mounts
check 'tmpfs: everything is there' same "$(content)" "$sum"
check 'tmpfs: links are one file' same "$(stat -c %h /new/usr/share/content)" 2
check 'tmpfs: capabilities are kept' same "$(capability /new/usr/bin/ping)" "$(cat /capability)"
check 'tmpfs: whiteouts are kept' same "$(stat -c '%F %t,%T' /new/usr/share/whiteout)" 'character special file 0,0'
forget

check 'a tmpfs that is full is a failure that says so' refused full 'the root of 4m is full'
check 'and leaves nothing mounted' not grep -q ' /new ' /proc/mounts
forget
check 'an image that cannot fit is refused with numbers' refused large 'the image needs .* MiB of memory, .* MiB are available'
check 'before anything is fetched' not grep -q fetching /tmp/refused
forget
check 'an image that nobody signed is refused' refused unsigned 'it is not signed, and this initramfs has keys'
check 'before anything is fetched of it' not grep -q fetching /tmp/refused
forget
check 'an NFS root that the initramfs does not name is refused' refused foreign 'nothing signs it'
forget

check 'nfs 3: boots, writable' boot n3
check 'nfs 3: is what is mounted' grep -q ' /new nfs rw,.*vers=3' /proc/mounts
check 'nfs 3: everything is there' same "$(content)" "$sum"
check 'nfs 3: what is written is on the server' sh -c 'echo written > /new/etc/written'
forget

check 'nfs 4: boots over the bond' boot n4
check 'nfs 4: in the newest version of the server' grep -q ' /run/prelude/root/nfs nfs4 ro,.*vers=4.1' /proc/mounts
check 'nfs 4: over the bond' same "$(ip -o route get 10.77.0.1 | grep -o 'dev bond0')" 'dev bond0'
check 'nfs 4: what another node wrote is there' grep -q written /new/etc/written
layered 'nfs 4'
for directory in /proc /sys /dev /run; do mount --move $directory /new$directory; done
exec switch_root /new /sbin/init
