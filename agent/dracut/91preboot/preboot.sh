#!/bin/sh
# pre-pivot hook: wwinit has made the root. Sourced by dracut. A root of Prelude's own has had this already.

case "$root" in
    prelude | prelude:*) ;;
    *)
        if [ -f "$NEWROOT/.buildinfo" ]; then
            chmod 0755 /usr/lib/prelude/prelude-agent
            (
                ulimit -c 0
                exec /usr/lib/prelude/prelude-agent preboot --root "$NEWROOT"
            ) || warn "preboot: failed; /run/prelude/boot.log says why"
        fi
        ;;
esac
