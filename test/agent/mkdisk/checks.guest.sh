#!/usr/bin/busybox sh
# The beginning of a guest with disks; what it does to them follows. Writes `ok NAME` or `not ok NAME` for each thing that was
# looked at.
mkdir -p /usr/local/bin /usr/local/sbin
/usr/bin/busybox --install -s /usr/local/bin
export PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
export MDADM_NO_UDEV=1
stty -echo
for module in $(sed -n 's/.*modules=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' '); do modprobe "$module"; done

echo # the firmware left its line open

check() {
    name=$1
    shift
    if "$@" > /tmp/output 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        cat /tmp/output
    fi
}
not() { ! "$@"; }
same() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; false; }; }
# a command says all the words
says() {
    said=$($1 2>&1)
    shift
    for word in "$@"; do echo "$said" | grep -qF -- "$word" || { echo "$said"; echo "does not say: $word"; return 1; }; done
}
# has the test do something, and gives its answer
ask() {
    echo "ask $*" > /dev/console
    read -r answer < /dev/console
    echo "$answer"
}
