#!/bin/sh
# cmdline hook of the test: kills the agent while a task of preboot runs, and looks at what its end leaves behind.
kill_agent() {
    local pid
    until [ -e /sysroot/run-now ]; do sleep 0.5; done
    grep -q CANARY /sysroot/secrets/secrets.yml && echo 'ok the secrets are there while the plays run' > /dev/console
    grep -q ' /run/prelude/secrets ramfs ' /proc/mounts && echo 'ok they are in a ramfs' > /dev/console
    pid=$(busybox pidof prelude-agent)
    kill -9 $pid
    until grep -q 'killed by signal' /run/prelude/boot.log; do sleep 0.5; done
    grep -E ' (/sysroot/secrets|/run/prelude/secrets|/run/prelude/site) ' /proc/mounts || echo 'ok nothing is mounted' > /dev/console
    [ ! -e /sysroot/secrets ] && echo 'ok the directory is gone' > /dev/console
    busybox pidof sleep-of-the-task || echo 'ok the task is gone' > /dev/console
    ls /run/prelude/secrets/* 2> /dev/null || echo 'ok the files are gone' > /dev/console
}
kill_agent &
