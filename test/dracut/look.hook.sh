#!/bin/sh
# pre-pivot hook of the test: keeps what is gone after the switch.
mkdir -p /run/test
cat /dracut-state.sh > /run/test/dracut-state
cat /proc/self/mounts > /run/test/mounts
find / -xdev -type f -cnewer /run/prelude/began > /run/test/written
# what others than root can read, here and in the root to be; this hook is no place where it is found
find / /run /tmp "$NEWROOT" -xdev -type f -perm /004 -exec grep -laF CANARY''-of {} + > /run/test/readable
[ ! -x /usr/bin/systemctl ] || systemctl list-units --failed --no-legend --plain > /run/test/failed 2>&1
