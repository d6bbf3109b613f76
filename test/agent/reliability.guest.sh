# Boots as dracut would: the program that the hook calls runs the agent. What goes wrong is named on the kernel's command line.
mkdir -p /usr/lib/prelude /sysroot
export PATH=/fault:$PATH
for module in virtio_pci virtio_net loop squashfs overlay; do modprobe $module; done
ln -s "$(readlink -f /bin/prelude-agent)" /usr/lib/prelude/prelude-agent
fault=$(sed -n 's/.*fault=\([a-z]*\).*/\1/p' /proc/cmdline)
export fault

if [ "$fault" = blocked ]; then
    echo 'block me'
    read -r word
fi

[ -e /bin/sh ] || ln -s /usr/bin/busybox /bin/sh
sh /usr/lib/prelude/boot-node /sysroot > /dev/null
# the agent of the next boot begins where this one ended: systemd would now take the watchdog
[ "$fault" = handover ] && while :; do sleep 1; done
poweroff -f
