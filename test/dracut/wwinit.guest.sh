# The init of the test's root: what wwinit, 91preboot and 92mkdisk have left.
empty() { [ ! -s "$1" ] || { cat "$1"; false; }; }

check 'the root is what wwinit made' grep -q '^tmpfs / tmpfs' /proc/mounts
check 'with the system overlay' same "$(cat /etc/hostname)" n1
check 'no unit failed before the switch' empty /run/test/failed
check 'the secret is where a task put it' same "$(cat /etc/secret-target)" "$canary"
check 'for root alone' same "$(stat -c '%a %u' /etc/secret-target)" '400 0'
check 'tasks without the tags have not run' not test -e /etc/built
check 'the secrets were mounted by NFS, for reading alone' \
    grep -E ' /secrets nfs4 ro,nosuid,nodev,noexec[^ ]*,nosymfollow' /etc/looked
check 'nobody writes there' grep -i 'read-only' /etc/looked
check 'the plays have the devices' grep '^/dev/null$' /etc/looked
check 'and the name servers of the network' grep 10.77.0.9 /etc/looked
check 'after it no secret is mounted, nor what the plays needed' \
    not grep -E ' /sysroot/secrets | /run/prelude/secrets | /sysroot/(proc|sys|dev|run) ' /run/test/mounts
check 'the disks were made before the switch' grep -E '^/dev/md[^ ]* /sysroot/system ext4' /run/test/mounts
check 'and are mounted after it' grep -E '^/dev/md[^ ]* /system ext4' /proc/mounts
check 'the moved directory has the log of preboot' grep -q 'keep the secret' /system/log/dracut-preboot.log
check 'which is for root alone' same "$(stat -c %a /var/log/dracut-preboot.log)" 600
check 'and has no secret in it' none /var/log /mkdisk.log /run
check 'the log of mkdisk is there' test -s /mkdisk.log
check 'an agent that was killed had the secrets mounted' same "$(wc -l < /run/test/while)" 2
check 'and a task running' test -s /run/test/task-while
check 'they are gone with it' empty /run/test/after
check 'so is their directory' empty /run/test/directory
check 'and what it kept of them' empty /run/test/left
check 'and the task' empty /run/test/task
check 'no secret is on the kernel command line' none /proc/cmdline
echo 'end of the guest'
poweroff -f
