#!/bin/bash
# dracut module for sites that boot through Warewulf's wwinit: makes the local disks that /etc/mkdisk/mkdisk.conf of the new
# root asks for.

# Only when asked for (--add mkdisk).
check() {
    return 255
}

# The agent and what it calls; its own hooks act on root=prelude alone.
depends() {
    echo prelude
}

install() {
    inst_hook pre-pivot 92 "$moddir/mkdisk.sh"
}
