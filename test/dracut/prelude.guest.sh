# The init of the test's root: looks at what the boot has left, then ends the machine.

# the writable layer of the root is seen below /run too
excluded=writable
nowhere_in_journal() {
    journalctl --directory "/run/log/journal/$(ls /run/log/journal)" --output export > /tmp/journal || return
    [ -s /tmp/journal ] || { echo 'there is no journal'; return 1; }
    none /tmp/journal
}
nowhere_in_kernel_log() {
    dmesg > /tmp/dmesg
    [ -s /tmp/dmesg ] && none /tmp/dmesg
}
# those of the plays too: each of them starts several
started() { grep -c 'execve("[^"]*", \[".*= 0$' /run/execve; }
only() { # FILE PATTERN: every line of the file is so
    grep -vE "$2" "$1" && return 1
    return 0
}
with_systemd() { ! grep -q initramfs=shell /proc/cmdline; }

# as systemd would: the agent has left it armed
printf V > /dev/watchdog
check 'the root is an overlay' grep -q '^prelude / overlay' /proc/mounts
check 'its directories for mounts are there' test -d /proc/1 -a -d /sys/class -a -c /dev/null
if with_systemd; then
    check 'what fstab mounts in the initramfs is mounted' grep -q '^fstab-test /data tmpfs' /proc/mounts
    check 'no unit failed before the switch' same "$(cat /run/test/failed)" ''
    check 'no secret is in the journal' nowhere_in_journal
fi
check 'the secret is where a task put it' same "$(cat /etc/secret-target)" "$canary"
check 'for root alone' same "$(stat -c '%a %u' /etc/secret-target)" '400 0'
check 'tasks without the tags have not run' not test -e /etc/built
check 'the secrets were shown for reading alone' grep -E ' /secrets (ramfs|nfs4) ro,nosuid,nodev,noexec' /etc/looked
check 'no link is followed there' grep -E ' /secrets (ramfs|nfs4) [^ ]*nosymfollow' /etc/looked
check 'in a directory of root' grep -E '^dr?wx?------? .* \.$|^drwx------ .* \.$' /etc/looked
check 'in files of root' grep -E '^-r-------- .* secrets.yml' /etc/looked
check 'nobody writes there' grep -i 'read-only' /etc/looked
check 'the plays have the network of the node' grep -E '10\.0\.2\.[12][0-9]/24' /etc/looked
check 'and its name servers' grep -F 'nameserver 10.0.2.3' /etc/looked
check 'and its devices' grep '^/dev/null$' /etc/looked
check 'nothing of the secrets is mounted' not grep -E ' [^ ]*/secrets | /run/prelude/site ' /proc/mounts
check 'nor was before the switch' not grep -E ' [^ ]*/secrets | /run/prelude/site | /sysroot/(proc|sys|dev|run) ' /run/test/mounts
check 'the directory is gone' not test -e /secrets
check 'the plays wrote nothing into the initramfs' only /run/test/written \
    '^/(run|proc|sys|dev|tmp)/|^/etc/(resolv.conf|ld.so.cache|machine-id|fstab)$|^/dracut-state.sh$|^/var/(lib/systemd|tmp|lib/dracut)/|^/usr/lib/prelude/'
check 'no secret is in /run' none /run
check 'no secret is in /var' none /var
check 'no secret is on the kernel command line' none /proc/cmdline
check 'no secret is in the state of dracut' none /run/test/dracut-state
check 'no secret is in the log of the kernel' nowhere_in_kernel_log
check 'nobody but root could read one before the switch' same "$(cat /run/test/readable)" ''
check 'no secret is on a disk' none /dev/nvme0n1
check 'every program that was started is known' test "$(started)" -gt 50
check 'no secret was an argument or in the environment of one' none /run/execve
check 'the secret is nowhere else in the root' same "$(hits /etc /opt /root /srv /usr /var /tmp | sort | tr '\n' ' ')" '/etc/munge.key /etc/secret-target '
check 'the report of the plays is for root alone' same "$(stat -c %a /var/log/prelude-preboot.log)" 600
check 'and has what was masked' grep -F '***' /var/log/prelude-preboot.log
check 'the log of the boot is for root alone' same "$(stat -c %a /run/prelude /run/prelude/boot.log | tr '\n' ' ')" '700 600 '
check 'the clock is right' test "$(date +%Y)" -ge 2026 -a "$(date +%Y)" -lt 2039
echo 'end of the guest'
busybox poweroff -f
