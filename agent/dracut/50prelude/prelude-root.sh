#!/bin/sh
# pre-mount hook: runs the agent, which makes the new root and mounts it. In pre-mount, as systemd looks for the root right
# after it. Sourced by dracut: nothing here may end the shell that sources it, nor stop the machine for ever.

# The agent restarts a node that cannot boot; this is for the agent itself having been killed.
prelude_restart() {
    warn "prelude: the node restarts in 20 s"
    sleep 20
    systemctl --force reboot || reboot -f
    sleep 30
    echo 1 > /proc/sys/kernel/sysrq
    echo b > /proc/sysrq-trigger
    while :; do sleep 60; done
}

prelude_root() {
    local agent=/usr/lib/prelude/prelude-agent code
    chmod 0755 "$agent"
    # where no hardware watches over the boot, the kernel does: a stage that hangs must not hang the node
    [ -e /dev/watchdog ] || modprobe softdog 2> /dev/null
    # armed from here on: opened and not closed as one closes it to stop, it waits for the agent to take it
    [ -c /dev/watchdog ] && echo > /dev/watchdog
    (
        ulimit -c 0 # a core dump would hold what the agent knows
        exec "$agent" boot --root "$NEWROOT"
    )
    code=$?
    [ "$code" -eq 0 ] && return 0
    if [ "$code" -eq 3 ]; then
        emergency_shell -n prelude "prelude: the boot failed; /run/prelude/boot.log says why"
    elif [ "$code" -ne 1 ]; then
        # 1: it has reported the failure and could not restart the node; else it was killed, and another one reports that
        [ -c /dev/watchdog ] && echo > /dev/watchdog # which nobody feeds now
        "$agent" killed "$code" --root "$NEWROOT"
    fi
    warn "prelude: the agent ended with $code"
    prelude_restart
}

case "$root" in
    prelude | prelude:*) prelude_root ;;
esac
