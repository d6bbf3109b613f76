# A node for tests of the network: udev as in an initramfs, then commands from the console, one a line, until `poweroff`.
# After each it writes `done`.
mkdir -p /sysroot
stty -echo

# All nodes of one image share it: what udev makes of it (a bond's MAC) is the same on each.
echo 0123456789abcdef0123456789abcdef > /etc/machine-id
/usr/lib/systemd/systemd-udevd --daemon
for module in virtio_pci virtio_net $(grep -o 'modules=[^ ]*' /proc/cmdline | cut -d= -f2 | tr , ' '); do modprobe "$module"; done
udevadm trigger --type=devices --action=add
udevadm settle

# busybox-static's shell prefers an `ip` of its own, which takes a bond's options and ignores them
iproute=$(ls /usr/sbin/ip /usr/bin/ip 2> /dev/null | head -n 1)
ip() { "$iproute" "$@"; }
# the device of a card, by its MAC
card() { grep -il "$1" /sys/class/net/*/address | head -n 1 | cut -d/ -f5; }
mac() { cat "/sys/class/net/$1/address"; }
# a boot with the manifest /prelude/NAME.json; what it says goes to the console
agent() {
    [ -z "$agent" ] || { kill "$agent"; wait "$agent"; } 2> /dev/null
    prelude-agent boot --manifest "/prelude/$1.json" --root /sysroot &
    agent=$!
}
# the boot is over
ended() { kill "$agent"; wait "$agent"; agent=; } 2> /dev/null
# what the agent says of a bond, and what is wrong with it
bond() { prelude-agent diagnose | grep -E "^  bond +$1 |^  $1: "; }
# lines go to the echo server and back, each with its number, ten a second; `ticks` counts those that came back
ticking() {
    (i=0; while :; do i=$((i + 1)); echo $i; sleep 0.1; done) | nc "$1" 7 > /tmp/ticks &
}
# hundredths of a second from the loss of a card's carrier to the use of another member
failover() {
    while [ "$(cat "/sys/class/net/$1/carrier")" = 1 ]; do :; done
    lost=$(cut -d' ' -f1 /proc/uptime | tr -d .)
    until [ "$(cat /sys/class/net/bond0/bonding/active_slave)" = "$2" ]; do :; done
    echo $(($(cut -d' ' -f1 /proc/uptime | tr -d .) - lost))
}
ticks() { tail -n 1 /tmp/ticks; }

cat > /lease << 'EOF'
#!/usr/bin/busybox sh
[ "$1" = bound ] || exit 0
ip address add "$ip/$mask" dev "$interface"
ip route add default via "$router" dev "$interface"
echo "nameserver $dns" > /etc/resolv.conf
EOF
chmod +x /lease
# what firmware or a kernel with ip=dhcp leaves: a card with an address
firmware() { ip link set "$1" up && udhcpc -i "$1" -n -q -s /lease; }

echo
echo 'ready for commands'
while read -r line; do
    eval "$line"
    echo "done $?"
done
