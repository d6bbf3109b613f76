#!/bin/sh
# pre-pivot hook: wwinit has made the root. Sourced by dracut. A root of Prelude's own has had this already.

# WIPE_ON_BOOT of mkdisk.conf decides what is done. What failed is told and the boot goes on; `prelude.failure=stop`
# restarts the node.
prelude_mkdisk() {
    chmod 0755 /usr/lib/prelude/prelude-agent
    (
        ulimit -c 0
        exec /usr/lib/prelude/prelude-agent mkdisk --root "$NEWROOT" --secrets warewulf >> "$NEWROOT/mkdisk.log" 2>&1
    ) && return 0
    warn "mkdisk: failed; /mkdisk.log says why"
    # for an agent that was killed; it takes them away itself on every other way out
    umount -l /run/prelude/secrets 2> /dev/null
    [ "$(getarg prelude.failure=)" != stop ] || /usr/lib/prelude/restart-node
}

case "$(getarg root=)" in
    prelude | prelude:*) ;;
    *) [ ! -f "$NEWROOT/etc/mkdisk/mkdisk.conf" ] || prelude_mkdisk ;;
esac
