#!/bin/sh
# pre-pivot hook: wwinit has made the root. Sourced by dracut. A root of Prelude's own has had this already.

case "$root" in
    prelude | prelude:*) ;;
    *)
        if [ -f "$NEWROOT/etc/mkdisk/mkdisk.conf" ]; then
            chmod 0755 /usr/lib/prelude/prelude-agent
            # WIPE_ON_BOOT of mkdisk.conf decides
            /usr/lib/prelude/prelude-agent mkdisk --root "$NEWROOT" >> "$NEWROOT/mkdisk.log" 2>&1 ||
                warn "mkdisk: failed; /mkdisk.log says why"
        fi
        ;;
esac
