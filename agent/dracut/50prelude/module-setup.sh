#!/bin/bash
# dracut module of the Prelude agent: claims root=prelude and boots the node from its provisioner.

# Only when asked for (--add prelude): a machine with disks of its own has no use for it.
check() {
    return 255
}

depends() {
    echo kernel-modules
}

# The names of some kinds in the file `needs`: one list for this initramfs and for the minimal one.
needed() {
    local kind names
    while read -r kind names; do
        [[ " $* " == *" $kind "* ]] && echo "$names"
    done < "$moddir/needs"
}

installkernel() {
    # hostonly='' puts them in whatever the machine is that the initramfs is built on
    # shellcheck disable=SC2046 # names are words
    hostonly='' instmods $(needed driver | sed -E 's/(^| )/\1=/g') $(needed module)
}

# A hash that no password has: with it, what opens a shell asks for a password, and lets nobody in. Only where root=prelude
# is booted it takes the place of dracut's, which is none at all.
lock_root() {
    local random
    random=$(tr -dc 'a-zA-Z0-9./' < /dev/urandom | head -c 86)
    echo "root:\$6\$prelude\$$random:20000::::::" > "$initdir/usr/lib/prelude/locked-shadow"
    chmod 0600 "$initdir/usr/lib/prelude/locked-shadow"
}

# shellcheck disable=SC2046 # names are words
install() {
    local agent=/usr/lib/prelude/prelude-agent file program
    local -a libraries

    inst_hook cmdline 30 "$moddir/parse-prelude.sh"
    inst_hook pre-mount 30 "$moddir/prelude-root.sh"
    inst_hook emergency 99 "$moddir/prelude-stopped.sh"
    inst_hook shutdown-emergency 99 "$moddir/prelude-stopped.sh"
    for program in boot-node end-boot guard ready-agent restart-node; do
        inst_simple "$moddir/$program" "/usr/lib/prelude/$program"
        chmod 0755 "$initdir/usr/lib/prelude/$program"
    done
    lock_root
    if dracut_module_included systemd; then
        inst_simple "$moddir/prelude-guard.service" "$systemdsystemunitdir/prelude-guard.service"
        mkdir -p "$initdir$systemdsystemunitdir/sysinit.target.wants"
        ln -sf ../prelude-guard.service "$initdir$systemdsystemunitdir/sysinit.target.wants/prelude-guard.service"
        inst_simple "$moddir/pre-mount.conf" "$systemdsystemunitdir/dracut-pre-mount.service.d/50-prelude.conf"
    fi

    # dracut strips what is executable, which destroys a program that carries its script in a section of its own:
    # the agent goes in without that mode, and the hook gives it back. Libraries are looked up for executable files alone,
    # so the agent's are named here
    inst_simple "$agent"
    chmod 0644 "$initdir$agent"
    inst_libdir_file 'libc.so*' 'libm.so*' 'libdl.so*' 'libpthread.so*' 'libgcc_s.so*' 'libstdc++.so*'

    read -d '' -ra libraries < <(needed library) # not as words of a command: their patterns are for the library directories
    inst_libdir_file "${libraries[@]}"
    inst_multiple udevadm $(needed program)
    inst_multiple -o systemctl reboot $(needed optional)
    for file in $(needed file); do
        [[ -e $dracutsysrootdir$file ]] && inst_simple "$file"
    done
    return 0
}
