#!/bin/sh
# Hook of emergency and shutdown-emergency: dracut gives the boot up, as another module called for it, a unit failed or no root
# came. It would stop the machine for good; a node says why and tries again. Sourced by dracut, as every hook.

# What the last module said that ended the boot.
prelude_last_words() {
    local line words=''
    [ -e "$hookdir/emergency/01-die.sh" ] || return 0
    while read -r line || [ -n "$line" ]; do
        case "$line" in
            'warn dracut: FATAL: "'*) words=${line#*FATAL: } ;;
        esac
    done < "$hookdir/emergency/01-die.sh"
    words=${words#\"}
    echo "${words%\"}"
}

# Units of systemd that failed.
prelude_failed_units() {
    local unit rest units=''
    [ -n "${DRACUT_SYSTEMD-}" ] || return 0
    systemctl list-units --failed --no-legend --plain 2> /dev/null | {
        while read -r unit rest; do units="$units $unit"; done
        [ -z "$units" ] || echo "units failed:$units"
    }
}

prelude_stopped() {
    local reason
    # a machine that is switched off, or one whose admin sits at the console: ${action} is set where dracut offers a shell
    [ "${action-}" != Shutdown ] || return 0
    if [ -n "${action-}" ] && { getargbool 1 rd.shell || getarg rd.break > /dev/null; }; then return 0; fi
    case "$(getarg rd.emergency=)" in
        '' | reboot) ;;
        *) return 0 ;;
    esac
    reason=$(prelude_last_words)
    reason=${reason:-$(prelude_failed_units)}
    /usr/lib/prelude/end-boot stopped "${reason:-dracut does not say why}" --root "${NEWROOT:-/sysroot}"
}

case "$(getarg root=)" in
    prelude | prelude:*) prelude_stopped ;;
esac
