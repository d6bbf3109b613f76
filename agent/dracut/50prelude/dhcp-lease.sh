#!/bin/sh
# Takes what a DHCP client learnt, from dhclient ($reason, new_*) or busybox udhcpc ($1): address, route, name servers.

take_lease() {
    local address=${new_ip_address:-$ip} mask=${new_subnet_mask:-${subnet:-255.255.255.0}} one
    [ -n "$address" ] || return 0
    ip address replace "$address/$mask" dev "$interface"
    for one in ${new_routers:-$router}; do
        ip route replace default via "$one" dev "$interface"
        break # the first is the preferred one
    done
    for one in ${new_domain_name_servers:-$dns}; do
        echo "nameserver $one"
    done > /etc/resolv.conf
}

case "${reason:-$1}" in
    PREINIT) ip link set "$interface" up ;;
    BOUND | RENEW | REBIND | REBOOT | bound | renew) take_lease ;;
esac
