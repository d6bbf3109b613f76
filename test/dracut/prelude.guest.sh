#!/bin/sh
# The init of the test's root: looks at what the boot has left. Writes `ok NAME` or `not ok NAME`, then ends the machine.
exec > /dev/console 2>&1
PATH=/usr/sbin:/usr/bin:/sbin:/bin
echo
check() {
    name=$1
    shift
    if "$@" > /tmp/output 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        head -c 3000 /tmp/output
    fi
}
not() { ! "$@"; }
mount -t tmpfs tmp /tmp
[ -e /proc/1 ] || mount -t proc proc /proc

# in two parts, so that this script is no place where it is found
canary=CANARY-
canary=${canary}of-the-test
encoded=$(printf %s "$canary" | base64)
encoded=${encoded%??}
hex=$(printf %s "$canary" | od -An -tx1 | tr -d ' \n')
# where a secret is, as it is or encoded
# (the writable layer of the root is seen below /run too)
hits() { grep -raFl --exclude-dir=writable -e "$canary" -e "$encoded" -e "$hex" "$@" 2> /dev/null; }
none() {
    found=$(hits "$@")
    [ -z "$found" ] || { echo "$found"; for file in $found; do grep -aF -m 3 -e "$canary" -e "$encoded" -e "$hex" "$file" | cut -c 1-500; done; false; }
}
nowhere_in_journal() {
    journalctl --directory "/run/log/journal/$(ls /run/log/journal)" --output export > /tmp/journal || return
    [ -s /tmp/journal ] || { echo 'there is no journal'; return 1; }
    none /tmp/journal
}
same() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; false; }; }
only() { # FILE PATTERN: every line of the file is so
    grep -vE "$2" "$1" && return 1
    return 0
}

check 'the root is an overlay' grep -q '^prelude / overlay' /proc/mounts
check 'its directories for mounts are there' test -d /proc/1 -a -d /sys/class -a -c /dev/null
if [ -e /etc/fstab ]; then
    check 'what fstab mounts in the initramfs is mounted' grep -q '^fstab-test /data tmpfs' /proc/mounts
fi
check 'no unit failed before the switch' same "$(cat /run/test/failed)" ''
check 'the secret is where a task put it' same "$(cat /etc/secret-target)" "$canary"
check 'for root alone' same "$(stat -c '%a %u' /etc/secret-target)" '400 0'
check 'tasks without the tags have not run' not test -e /etc/built
check 'the secrets were shown for reading alone' grep -E ' /secrets (ramfs|nfs4) ro,nosuid,nodev,noexec' /etc/looked
check 'no link is followed there' grep -E ' /secrets (ramfs|nfs4) [^ ]*nosymfollow' /etc/looked
check 'in a directory of root' grep -E '^dr?wx?------? .* \.$|^drwx------ .* \.$' /etc/looked
check 'in files of root' grep -E '^-r-------- .* secrets.yml' /etc/looked
check 'nobody writes there' grep -i 'read-only' /etc/looked
check 'the plays have the network of the node' grep -E '10\.0\.2\.[12][0-9]/24' /etc/looked
check 'and its devices' grep '^/dev/null$' /etc/looked
check 'nothing of the secrets is mounted' not grep -E ' [^ ]*/secrets | /run/prelude/site ' /proc/mounts
check 'nor was before the switch' not grep -E ' [^ ]*/secrets | /run/prelude/site | /sysroot/(proc|sys|dev|run) ' /run/test/mounts
check 'the directory is gone' not test -e /secrets
check 'the plays wrote nothing into the initramfs' only /run/test/written \
    '^/(run|proc|sys|dev|tmp)/|^/etc/(resolv.conf|ld.so.cache|machine-id)$|^/dracut-state.sh$|^/var/(lib/systemd|tmp|lib/dracut)/|^/usr/lib/prelude/'
check 'no secret is in /run' none /run
check 'no secret is in /var' none /var
check 'no secret is on the kernel command line' none /proc/cmdline
check 'no secret is in the state of dracut' none /run/test/dracut-state
check 'no secret is in the journal' nowhere_in_journal
check 'no secret is on a disk' none /dev/nvme0n1
check 'the secret is nowhere else in the root' same "$(hits /etc /opt /root /srv /usr /var /tmp | sort | tr '\n' ' ')" '/etc/munge.key /etc/secret-target '
check 'the report of the plays is for root alone' same "$(stat -c %a /var/log/prelude-preboot.log)" 600
check 'and has what was masked' grep -F '***' /var/log/prelude-preboot.log
check 'the log of the boot is for root alone' same "$(stat -c %a /run/prelude /run/prelude/boot.log | tr '\n' ' ')" '700 600 '
check 'the clock is right' test "$(date +%Y)" -ge 2026 -a "$(date +%Y)" -lt 2039
echo 'end of the guest'
busybox poweroff -f
