#!/usr/bin/busybox sh
# The beginning of a guest whose initramfs has this machine's tools.
mkdir -p /usr/local/bin /usr/local/sbin
/usr/bin/busybox --install -s /usr/local/bin
export PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
