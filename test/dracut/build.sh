#!/bin/sh
# build.sh LOWER WORK MODULES DRACUT_ARGUMENT...: runs dracut in a private copy of the tree LOWER, whose changes stay below
# WORK/upper; the kernel's modules come from the directory MODULES. Mounts and processes vanish with this process.
set -e
lower=$1 work=$2 modules=$3
shift 3
mkdir -p "$work/overlay" "$work/root"
mount -t overlay -o "lowerdir=$lower,upperdir=$work/upper,workdir=$work/overlay" tree "$work/root"
cd "$work/root"
mkdir -p usr/lib/modules
mount --bind "$modules" usr/lib/modules
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmp tmp
mount -t tmpfs tmp var/tmp
exec chroot . dracut "$@"
