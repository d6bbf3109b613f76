#!/bin/sh
# pre-mount hook: unpacks the image and the system overlay into a tmpfs, then the runtime overlay, which may be missing.

wwinit_stage() {
    busybox wget -q -O - "$wwinit_uri?compress=gz&stage=$1" \
        | gzip -d | (cd "$NEWROOT" && cpio --extract --unconditional --make-directories --preserve-modification-time --quiet)
}

if [ "$root" = wwinit ]; then
    mount -t tmpfs -o mpol=interleave,size=50% tmpfs "$NEWROOT"
    { wwinit_stage image && wwinit_stage system; } || die 'wwinit: no image'
    wwinit_stage runtime 2> /dev/null || warn 'wwinit: no runtime overlay'
fi
