#!/bin/bash
# dracut module for sites that boot through Warewulf's wwinit: the playbook that made the image is applied to the new root,
# with the tags secret and preboot.

# Only when asked for (--add preboot).
check() {
    return 255
}

# The agent and what it calls; its own hooks act on root=prelude alone.
depends() {
    echo prelude
}

install() {
    inst_hook pre-pivot 91 "$moddir/preboot.sh"
}
