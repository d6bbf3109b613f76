#!/bin/sh
# cmdline hook: root=prelude is ours. Sourced by dracut, as every hook.

[ -z "$root" ] && root=$(getarg root=)
case "$root" in
    prelude | prelude:*)
        # shellcheck disable=SC2034 # dracut reads it
        rootok=1
        ;;
esac
