#!/bin/sh
# pre-pivot hook: wwinit has made the root. Sourced by dracut. A root of Prelude's own has had this already.

# WIPE_ON_BOOT of mkdisk.conf decides what is done. What failed is told and the boot goes on; `prelude.failure=stop`
# restarts the node.
prelude_mkdisk() {
    chmod 0755 /usr/lib/prelude/prelude-agent
    /usr/lib/prelude/prelude-agent mkdisk --root "$NEWROOT" >> "$NEWROOT/mkdisk.log" 2>&1 && return 0
    warn "mkdisk: failed; /mkdisk.log says why"
    [ "$(getarg prelude.failure=)" != stop ] || /usr/lib/prelude/restart-node
}

case "$(getarg root=)" in
    prelude | prelude:*) ;;
    *) [ ! -f "$NEWROOT/etc/mkdisk/mkdisk.conf" ] || prelude_mkdisk ;;
esac
