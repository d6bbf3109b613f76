#!/bin/sh
# cmdline hook: root=prelude is ours. Sourced by dracut, as every hook.

# dracut's initramfs lets root in without a password: whatever shell opens from now on asks for one, and only the agent
# knows which (none, unless the site gave it the hash of one).
prelude_lock() {
    local line passwd=''
    while read -r line || [ -n "$line" ]; do
        case "$line" in
            root:*) line="root:x:${line#root:*:}" ;;
        esac
        passwd="$passwd$line
"
    done < /etc/passwd
    printf '%s' "$passwd" > /etc/passwd
    (
        umask 077
        cat /usr/lib/prelude/locked-shadow > /etc/shadow
    )
}

case "$(getarg root=)" in
    prelude | prelude:*)
        # shellcheck disable=SC2034 # dracut reads them
        root=prelude rootok=1
        prelude_lock
        # systemd starts it by its unit
        [ -n "${DRACUT_SYSTEMD-}" ] || /usr/lib/prelude/guard &
        ;;
esac
