#!/bin/sh
# pre-pivot hook of the test, after preboot and mkdisk: looks at the mounts, then runs preboot again and kills the agent in
# the middle of it.
secret_mounts() { grep -E ' (/sysroot/secrets|/run/prelude/secrets) ' /proc/mounts; }
kill_agent() {
    until [ -e "$NEWROOT/run-now" ]; do sleep 0.5; done
    secret_mounts > /run/test/while
    pgrep -f 'sleep 600' > /run/test/task-while
    kill -9 "$(busybox pidof prelude-agent)"
}

mkdir -p /run/test
cat /proc/mounts > /run/test/mounts
systemctl list-units --failed --no-legend --plain > /run/test/failed 2>&1
: > "$NEWROOT/wait-now"
kill_agent &
# shellcheck disable=SC2154 # dracut's
. "$hookdir/pre-pivot/91-preboot.sh"
secret_mounts > /run/test/after
ls -d "$NEWROOT/secrets" > /run/test/directory 2> /dev/null
grep -rl CANARY /run/prelude > /run/test/left
pgrep -f 'sleep 600' > /run/test/task
