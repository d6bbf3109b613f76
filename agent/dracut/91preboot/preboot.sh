#!/bin/sh
# pre-pivot hook: wwinit has made the root. Sourced by dracut. A root of Prelude's own has had this already.

# A playbook that failed is told and the boot goes on, as that of Warewulf does; `prelude.failure=stop` restarts the node.
prelude_preboot() {
    chmod 0755 /usr/lib/prelude/prelude-agent
    (
        ulimit -c 0
        # memory that is free goes back to the kernel: 15 MB less
        MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 exec /usr/lib/prelude/prelude-agent preboot --root "$NEWROOT"
    ) && return 0
    warn "preboot: failed; /run/prelude/boot.log and /var/log/dracut-preboot.log say why"
    # for an agent that was killed; it takes them away itself on every other way out
    umount -l "$NEWROOT/secrets" 2> /dev/null
    umount -l /run/prelude/secrets 2> /dev/null
    rmdir "$NEWROOT/secrets" 2> /dev/null
    [ "$(getarg prelude.failure=)" != stop ] || /usr/lib/prelude/restart-node
}

case "$(getarg root=)" in
    prelude | prelude:*) ;;
    *) [ ! -f "$NEWROOT/.buildinfo" ] || prelude_preboot ;;
esac
