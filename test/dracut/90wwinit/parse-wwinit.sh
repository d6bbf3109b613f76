#!/bin/sh
# cmdline hook: root=wwinit is filled by the pre-mount hook.

case "$(getarg root=)" in
    wwinit | wwinit:*)
        # shellcheck disable=SC2034 # dracut reads them
        root=wwinit rootok=1
        wwinit_uri=$(getarg wwinit.uri=)
        export wwinit_uri
        ;;
esac
