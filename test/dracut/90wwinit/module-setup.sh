#!/bin/bash
# A dracut module that makes a root as Warewulf's wwinit does: what 91preboot and 92mkdisk find where that one booted the node.

check() {
    return 255
}

depends() {
    echo network
}

install() {
    inst_multiple cpio gzip busybox
    inst_hook cmdline 30 "$moddir/parse-wwinit.sh"
    inst_hook pre-mount 30 "$moddir/load-wwinit.sh"
}
